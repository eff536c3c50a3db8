//! Encryption of SMPP passwords at rest: XChaCha20-Poly1305 with a key in a file of its own.
//!
//! A sealed password is a version byte, the fingerprint of the key, a random 24-byte nonce and the
//! ciphertext with its tag. Customer and system ID are authenticated with it, so a ciphertext moved to another account
//! does not open. A stolen database or backup without the key file reveals nothing.

use std::fmt::Display;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::model::{ApiId, Hash, KeyFingerprint, Password, SystemId};
use crate::store::files::{self, FileRole, SmallFile};

const VERSION: u8 = 1;
const FINGERPRINT: std::ops::Range<usize> = 1..9;
const NONCE: std::ops::Range<usize> = 9..33;

/// Seals and opens passwords with the key of one file.
pub struct Vault {
    cipher: XChaCha20Poly1305,
    fingerprint: KeyFingerprint,
    /// The key of digests, which is derived from that of the cipher.
    digest_key: Zeroizing<[u8; 32]>,
    path: PathBuf,
}

impl Vault {
    /// Opens the vault of a key file; a missing file is created with a random key.
    pub fn open_or_create(path: &Path) -> Result<Self> {
        if !path.exists() {
            let mut key = Zeroizing::new([0; 32]);
            random(&mut *key)?;
            let text = Zeroizing::new(Hash(*key).to_string() + "\n");
            // Another process may create the file first; `open` below then reads that key.
            files::write_own(path, FileRole::Key, text.as_bytes())?;
        }
        Self::open(path)
    }

    /// Opens the vault of an existing key file.
    pub fn open(path: &Path) -> Result<Self> {
        let not_a_key = |reason: &dyn Display| Error::Secret(format!("{} is not a key file: {reason}", path.display()));
        let file = SmallFile::read(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::Secret(format!("the key file {} is missing", path.display())),
            ErrorKind::InvalidInput | ErrorKind::FileTooLarge | ErrorKind::InvalidData => not_a_key(&error),
            _ => Error::io(format_args!("read the key file {}", path.display()), &error),
        })?;
        file.refuse_unsafe(true)?;
        let key = key_from_hex(file.text.trim()).ok_or_else(|| not_a_key(&"it must contain 64 hexadecimal digits"))?;
        let mut fingerprint = [0; 8];
        fingerprint.copy_from_slice(&Sha256::digest(*key)[..8]);
        let cipher = XChaCha20Poly1305::new(&Key::from(*key));
        let digest_key =
            Zeroizing::new(Sha256::new_with_prefix(b"ssgctl digest\n").chain_update(*key).finalize().into());
        Ok(Self { cipher, fingerprint: KeyFingerprint(fingerprint), digest_key, path: path.to_owned() })
    }

    /// The fingerprint of the key.
    pub fn fingerprint(&self) -> KeyFingerprint {
        self.fingerprint
    }

    /// The key file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A digest of a text with passwords. Without the key, nobody can try passwords against it.
    pub fn digest(&self, text: &[u8]) -> Hash {
        let keyed = |bytes: &[u8]| Sha256::new_with_prefix(*self.digest_key).chain_update(bytes).finalize();
        Hash(keyed(&keyed(text)).into())
    }

    /// Encrypts the password of an account.
    pub fn seal(&self, password: &Password, customer: &ApiId, system_id: &SystemId) -> Result<Vec<u8>> {
        let mut sealed = vec![VERSION];
        sealed.extend(self.fingerprint.0);
        let mut nonce = [0; 24];
        random(&mut nonce)?;
        sealed.extend(nonce);
        let bound = bound_to(customer, system_id);
        let payload = Payload { msg: password.reveal().as_bytes(), aad: bound.as_bytes() };
        let ciphertext = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Error::Internal("a password could not be encrypted".to_owned()))?;
        sealed.extend(ciphertext);
        Ok(sealed)
    }

    /// Decrypts the password of an account.
    pub fn unseal(&self, sealed: &[u8], customer: &ApiId, system_id: &SystemId) -> Result<Password> {
        let unreadable = || Error::Damaged(format!("the password of SMPP account {system_id} does not belong to it"));
        if sealed.len() < NONCE.end || sealed[0] != VERSION {
            return Err(unreadable());
        }
        if sealed[FINGERPRINT] != self.fingerprint.0 {
            return Err(Error::Secret(format!(
                "the password of SMPP account {system_id} was sealed with another key than {}",
                self.path.display()
            )));
        }
        let nonce = <[u8; 24]>::try_from(&sealed[NONCE]).map_err(|_| unreadable())?;
        let bound = bound_to(customer, system_id);
        let payload = Payload { msg: &sealed[NONCE.end..], aad: bound.as_bytes() };
        let opened = Zeroizing::new(self.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| unreadable())?);
        std::str::from_utf8(&opened).ok().and_then(|text| Password::kept(text).ok()).ok_or_else(unreadable)
    }
}

fn bound_to(customer: &ApiId, system_id: &SystemId) -> String {
    format!("ssgctl smpp password\n{customer}\n{system_id}")
}

/// Generates a random password of the maximum length; every character is equally likely.
pub fn generate_password() -> Result<Password> {
    random_text(Password::MAX_LENGTH, Password::ALPHABET)?
        .parse()
        .map_err(|_| Error::Internal("a generated password breaks its own rule".to_owned()))
}

/// Generates a random text; every character of the alphabet, which has at most 256, is equally likely.
pub fn random_text(length: usize, alphabet: &[u8]) -> Result<Zeroizing<String>> {
    // Bytes of the last, incomplete run of the alphabet are discarded: they would favour its first characters.
    let fair = 256 - 256 % alphabet.len();
    let mut text = Zeroizing::new(String::with_capacity(length));
    let mut bytes = Zeroizing::new([0; 32]);
    while text.len() < length {
        random(&mut *bytes)?;
        let missing = length - text.len();
        let drawn = bytes.iter().map(|&byte| usize::from(byte)).filter(|&byte| byte < fair);
        text.extend(drawn.map(|byte| char::from(alphabet[byte % alphabet.len()])).take(missing));
    }
    Ok(text)
}

fn random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|error| Error::Internal(format!("no random numbers: {error}")))
}

fn key_from_hex(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    text.parse::<Hash>().ok().map(|bytes| Zeroizing::new(bytes.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    struct Scene {
        folder: tempfile::TempDir,
        vault: Vault,
        customer: ApiId,
        system_id: SystemId,
    }

    fn scene() -> Scene {
        let folder = tempfile::tempdir().expect("folder");
        let vault = Vault::open_or_create(&folder.path().join("key")).expect("vault");
        Scene { folder, vault, customer: ApiId::generate(), system_id: "acme".parse().expect("valid") }
    }

    #[test]
    fn a_password_opens_for_its_own_account_only() {
        let s = scene();
        let password: Password = "hunter2".parse().expect("valid");
        let sealed = s.vault.seal(&password, &s.customer, &s.system_id).expect("sealed");
        assert!(!sealed.windows(7).any(|window| window == b"hunter2"));
        assert_eq!(s.vault.unseal(&sealed, &s.customer, &s.system_id).expect("opened"), password);
        assert!(s.vault.unseal(&sealed, &ApiId::generate(), &s.system_id).is_err());
        assert!(s.vault.unseal(&sealed, &s.customer, &"other".parse().expect("valid")).is_err());
        let again = s.vault.seal(&password, &s.customer, &s.system_id).expect("sealed");
        assert_ne!(sealed, again, "every sealing has its own nonce");
    }

    #[test]
    fn another_key_is_named_and_any_changed_byte_is_found() {
        let s = scene();
        let sealed = s.vault.seal(&"hunter2".parse().expect("valid"), &s.customer, &s.system_id).expect("sealed");
        let other = Vault::open_or_create(&s.folder.path().join("other")).expect("vault");
        assert!(matches!(other.unseal(&sealed, &s.customer, &s.system_id), Err(Error::Secret(_))));
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(s.vault.unseal(&changed, &s.customer, &s.system_id).is_err(), "byte {index}");
        }
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let s = scene();
        let path = s.folder.path().join("key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("chmod");
        assert!(matches!(Vault::open(&path), Err(Error::UnsafeFile { .. })));
    }

    #[test]
    fn generated_passwords_use_the_whole_alphabet_and_nothing_else() {
        let drawn: String = (0..1000).map(|_| generate_password().expect("password").reveal().to_owned()).collect();
        assert_eq!(drawn.len(), 8000);
        assert!(drawn.bytes().all(|b| Password::ALPHABET.contains(&b)));
        assert!(Password::ALPHABET.iter().all(|b| drawn.as_bytes().contains(b)));
    }
}
