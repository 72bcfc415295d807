"""The service: gateway, conversation core, desk, studio, insight and the worker."""
