"""SM4 in Galois counter mode (RFC 8998 section 3.2.1), with the one method that the library's other ciphers have."""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TAG = 16


class Sm4Gcm:
    """Opens what a server sealed."""

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """Raises InvalidTag, or ValueError where there is no room for a tag."""
        opening = Cipher(self._key, modes.GCM(nonce, data[-TAG:])).decryptor()
        opening.authenticate_additional_data(associated_data or b"")
        return opening.update(data[:-TAG]) + opening.finalize()
