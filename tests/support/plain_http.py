"""For HTTP clients that are made by the thousand and never speak TLS: each would read all certificates anew."""

import ssl

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
