//! Signatures of proofs: Ed25519 with a key in a file next to the key of passwords. The public key checks them without the
//! database.

use std::fmt;
use std::io::ErrorKind;
use std::path::Path;
use std::str::FromStr;

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::model::{Hash, Invalid};
use crate::store::files::{self, FileRole, SmallFile};

/// The key that signs.
#[derive(Debug)]
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// Opens a key file; a missing file is created with a random key.
    pub fn open_or_create(path: &Path) -> Result<Self> {
        if !path.exists() {
            let mut seed = Zeroizing::new([0; 32]);
            getrandom::fill(&mut *seed).map_err(|error| Error::Internal(format!("no random numbers: {error}")))?;
            let text = Zeroizing::new(Hash(*seed).to_string() + "\n");
            // Another process may create the file first; its key is read then.
            files::write_own(path, FileRole::Key, text.as_bytes())?;
        }
        let file = SmallFile::read(path).map_err(|error| match error.kind() {
            ErrorKind::InvalidInput | ErrorKind::FileTooLarge | ErrorKind::InvalidData => {
                Error::Secret(format!("{} is not a key file: {error}", path.display()))
            }
            _ => Error::io(format_args!("read the key file {}", path.display()), &error),
        })?;
        file.refuse_unsafe(true)?;
        let seed = file.text.trim().parse::<Hash>().map(|seed| Zeroizing::new(seed.0));
        let pair = seed.ok().and_then(|seed| Ed25519KeyPair::from_seed_unchecked(&*seed).ok());
        let rule = || format!("{} is not a key file: it must contain 64 hexadecimal digits", path.display());
        pair.map(Self).ok_or_else(|| Error::Secret(rule()))
    }

    /// The key that checks what this one signs.
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.public_key().as_ref());
        PublicKey(Hash(bytes))
    }

    /// Signs a text; the signature is 128 hexadecimal digits.
    pub fn sign(&self, text: &[u8]) -> String {
        self.0.sign(text).as_ref().iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"))
    }
}

/// The key that checks signatures: 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(Hash);

impl PublicKey {
    /// Whether a signature is that of a text.
    pub fn has_signed(&self, text: &[u8], signature: &str) -> bool {
        let digits: Vec<&[u8]> = signature.as_bytes().chunks(2).collect();
        let byte = |pair: &&[u8]| {
            let is_byte = pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit);
            is_byte.then(|| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()).flatten()
        };
        let bytes: Option<Vec<u8>> = digits.iter().map(byte).collect();
        let key = UnparsedPublicKey::new(&ED25519, (self.0).0);
        bytes.is_some_and(|bytes| key.verify(text, &bytes).is_ok())
    }
}

impl FromStr for PublicKey {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.trim().parse().map(Self)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_one_text_and_one_key() {
        let folder = tempfile::tempdir().expect("folder");
        let key = SigningKey::open_or_create(&folder.path().join("signing.key")).expect("created");
        let again = SigningKey::open_or_create(&folder.path().join("signing.key")).expect("opened");
        let other = SigningKey::open_or_create(&folder.path().join("other.key")).expect("created");
        let signature = key.sign(b"a statement");
        assert_eq!((signature.len(), key.public()), (128, again.public()));
        let public: PublicKey = format!("{}\n", key.public()).parse().expect("a key");
        assert!(public.has_signed(b"a statement", &signature));
        assert!(!public.has_signed(b"a statement.", &signature));
        assert!(!other.public().has_signed(b"a statement", &signature));
        for wrong in ["", "x", &signature[..126], &signature.replace(&signature[..1], "g")] {
            assert!(!public.has_signed(b"a statement", wrong), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("signing.key");
        files::write_own(&path, FileRole::Key, b"secret").expect("written");
        assert!(matches!(SigningKey::open_or_create(&path), Err(Error::Secret(_))));
    }
}
