"""Reports of evaluations as pages, and all evaluations in one go against published figures and floors."""
