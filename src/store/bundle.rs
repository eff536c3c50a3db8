//! Bundles: a folder or archive of files with their checksums and a signature, which is complete or not there.
//!
//! ```text
//! SHA256SUMS       a line for each file, by name, as `sha256sum` writes it
//! SHA256SUMS.sig   the Ed25519 signature of that file
//! ```
//!
//! An archive has these two first, so that it is verified in one pass.
//!
//! Nothing in a bundle depends on when or where it was written, so the same content gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, InputError, Result};
use crate::model::Hash;
use crate::store::files::Draft;
use crate::store::signing::{PublicKey, SigningKey};
use crate::store::tar::{self, TarReader};

/// The file with the checksums.
pub const CHECKSUMS: &str = "SHA256SUMS";
/// The signature of it.
pub const SIGNATURE: &str = "SHA256SUMS.sig";
/// The longest list of checksums that is read: a million files.
const LONGEST_LIST: u64 = 128 << 20;

/// A bundle that is being written. Its folder has a temporary name until it is complete; what is left of one that is not, is removed.
#[derive(Debug)]
pub struct BundleWriter {
    folder: PathBuf,
    temporary: PathBuf,
    checksums: BTreeMap<String, Hash>,
    bytes: u64,
    is_published: bool,
}

/// A bundle that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleSummary {
    pub folder: PathBuf,
    /// The number of files, without the checksums and their signature.
    pub files: u64,
    pub bytes: u64,
}

impl BundleWriter {
    /// Begins a bundle in a new folder.
    ///
    /// # Errors
    /// [`Error::FileExists`] when there is a file or folder of that name.
    pub fn create(folder: &Path) -> Result<Self> {
        let name = folder.file_name().ok_or_else(|| {
            let message = format!("{} is not the name of a new folder", folder.display());
            Error::Input { code: InputError::BadValue, message }
        })?;
        refuse_existing(folder)?;
        let mut temporary = name.to_owned();
        temporary.push(format!(".{}.unfinished", std::process::id()));
        let temporary = folder.with_file_name(temporary);
        make_folder(&temporary).map_err(|error| cannot_write(&temporary, &error))?;
        let folder = folder.to_owned();
        Ok(Self { folder, temporary, checksums: BTreeMap::new(), bytes: 0, is_published: false })
    }

    /// Writes a file. The name may have folders in it, which are created.
    pub fn file<E: From<Error>>(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
    ) -> Result<(), E> {
        let (hash, bytes) = write_file(&self.temporary.join(name), write)?;
        self.checksums.insert(name.to_owned(), hash);
        self.bytes += bytes;
        Ok(())
    }

    /// The files that are written, by name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.checksums.keys().map(String::as_str)
    }

    /// Adds the checksums and their signature, syncs everything and gives the folder its name.
    pub fn finish(mut self, key: &SigningKey) -> Result<BundleSummary> {
        let list = self.checksums.iter().fold(String::new(), |list, (name, hash)| list + &format!("{hash}  {name}\n"));
        let signature = key.sign(list.as_bytes()) + "\n";
        for (name, text) in [(CHECKSUMS, &list), (SIGNATURE, &signature)] {
            write_file(&self.temporary.join(name), |out| {
                out.write_all(text.as_bytes()).map_err(|error| cannot_write(&self.temporary, &error))
            })?;
        }
        if is_archive(&self.folder) {
            return self.archive();
        }
        let sync = |folder: &Path| File::open(folder).and_then(|folder| folder.sync_all());
        sync(&self.temporary).map_err(|error| cannot_write(&self.temporary, &error))?;
        // A folder that appeared meanwhile is not replaced: a rename replaces an empty one only.
        refuse_existing(&self.folder)?;
        fs::rename(&self.temporary, &self.folder).map_err(|error| cannot_write(&self.folder, &error))?;
        self.is_published = true;
        let parent = self.folder.parent().filter(|parent| !parent.as_os_str().is_empty());
        // The bundle is complete; a folder that cannot be synced loses at most its name.
        let _ = sync(parent.unwrap_or(Path::new(".")));
        Ok(BundleSummary { folder: self.folder.clone(), files: self.checksums.len() as u64, bytes: self.bytes })
    }
}

impl BundleWriter {
    /// Writes the archive of the folder, which is removed afterwards.
    fn archive(&self) -> Result<BundleSummary> {
        let stem = self.folder.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut draft = Draft::next_to(&self.folder)?;
        let names = [CHECKSUMS, SIGNATURE].into_iter().chain(self.checksums.keys().map(String::as_str));
        let failed = |error: &io::Error| cannot_write(&self.folder, error);
        for name in names {
            tar::add(&mut draft, &format!("{stem}/{name}"), &self.temporary.join(name))
                .map_err(|error| failed(&error))?;
        }
        tar::end(&mut draft).map_err(|error| failed(&error))?;
        if !draft.publish()? {
            return Err(Error::FileExists { path: self.folder.clone() });
        }
        Ok(BundleSummary { folder: self.folder.clone(), files: self.checksums.len() as u64, bytes: self.bytes })
    }
}

/// Whether a bundle of this name is an archive.
pub fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "tar")
}

impl Drop for BundleWriter {
    fn drop(&mut self) {
        if !self.is_published {
            let _ = fs::remove_dir_all(&self.temporary);
        }
    }
}

fn refuse_existing(folder: &Path) -> Result<()> {
    match folder.symlink_metadata() {
        Ok(_) => Err(Error::FileExists { path: folder.to_owned() }),
        Err(_) => Ok(()),
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

fn write_file<E: From<Error>>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<(Hash, u64), E> {
    let failed = |error: io::Error| cannot_write(path, &error);
    if let Some(parent) = path.parent().filter(|parent| !parent.is_dir()) {
        make_folder(parent).map_err(failed)?;
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    let mut out = HashingWriter { out: BufWriter::new(file), hash: Sha256::new(), bytes: 0 };
    write(&mut out)?;
    let HashingWriter { out, hash, bytes } = out;
    let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    Ok((Hash(hash.finalize().into()), bytes))
}

fn cannot_write(path: &Path, error: &io::Error) -> Error {
    Error::io(format_args!("write {}", path.display()), error)
}

/// A writer that computes the checksum of what it writes.
struct HashingWriter {
    out: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
}

impl Write for HashingWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Checks a bundle in a folder or in an archive: its signature, then each file in the order of the list, then that there is no other file. The first thing that does
/// not hold is the inner error.
///
/// # Errors
/// [`Error::Input`] when the folder is no bundle, [`Error::Io`] when a file cannot be read.
pub fn verify_bundle(folder: &Path, key: &PublicKey) -> Result<Result<BundleSummary, String>> {
    if is_archive(folder) {
        return verify_archive(folder, key);
    }
    let (list, signature) = (read_text(&folder.join(CHECKSUMS))?, read_text(&folder.join(SIGNATURE))?);
    if !key.has_signed(list.as_bytes(), without_newline(&signature)) {
        return Ok(Err(wrong_signature()));
    }
    let (mut files, mut bytes) = (0, 0);
    let mut names = BTreeSet::new();
    for line in list.lines() {
        let Some((expected, name)) = checksum(line) else {
            return Ok(Err(format!("{CHECKSUMS} has a line that is not a checksum and a file")));
        };
        match File::open(folder.join(name)).and_then(hash_of) {
            Ok((hash, _)) if hash != expected => return Ok(Err(format!("{name} was changed"))),
            Ok((_, length)) => bytes += length,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Err(format!("{name} is missing"))),
            Err(error) => return Err(Error::io(format_args!("read {name}"), &error)),
        }
        files += 1;
        names.insert(name);
    }
    let is_known = |name: &str| names.contains(name) || [CHECKSUMS, SIGNATURE].contains(&name);
    match first_unknown(folder, folder, &is_known)? {
        Some(name) => Ok(Err(format!("{name} was added"))),
        None => Ok(Ok(BundleSummary { folder: folder.to_owned(), files, bytes })),
    }
}

/// The same of an archive, in one pass.
fn verify_archive(path: &Path, key: &PublicKey) -> Result<Result<BundleSummary, String>> {
    let failed = |error: io::Error| match error.kind() {
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
            let message = format!("{} is not a whole archive of `audit bundle`: {error}", path.display());
            Error::Input { code: InputError::BadValue, message }
        }
        _ => Error::io(format_args!("read {}", path.display()), &error),
    };
    let mut archive = TarReader::new(BufReader::new(File::open(path).map_err(failed)?));
    // The first part of each name is the folder that the archive unpacks to.
    let inside = |name: String| name.split_once('/').map_or(name.clone(), |(_, rest)| rest.to_owned());
    let mut texts = [String::new(), String::new()];
    for (expected, text) in [CHECKSUMS, SIGNATURE].into_iter().zip(&mut texts) {
        if archive.next_file().map_err(failed)?.map(inside).as_deref() != Some(expected) {
            return Ok(Err(format!("{expected} is missing")));
        }
        (&mut archive).take(LONGEST_LIST).read_to_string(text).map_err(failed)?;
    }
    let [list, signature] = texts;
    if !key.has_signed(list.as_bytes(), without_newline(&signature)) {
        return Ok(Err(wrong_signature()));
    }
    let (mut files, mut bytes) = (0, 0);
    for line in list.lines() {
        let Some((expected, name)) = checksum(line) else {
            return Ok(Err(format!("{CHECKSUMS} has a line that is not a checksum and a file")));
        };
        if archive.next_file().map_err(failed)?.map(inside).as_deref() != Some(name) {
            return Ok(Err(format!("{name} is missing")));
        }
        let (hash, length) = hash_of(&mut archive).map_err(failed)?;
        if hash != expected {
            return Ok(Err(format!("{name} was changed")));
        }
        (files, bytes) = (files + 1, bytes + length);
    }
    match archive.next_file().map_err(failed)? {
        Some(name) => Ok(Err(format!("{} was added", inside(name)))),
        None => Ok(Ok(BundleSummary { folder: path.to_owned(), files, bytes })),
    }
}

/// The signature without the newline after it, and nothing else: every byte counts.
fn without_newline(signature: &str) -> &str {
    signature.strip_suffix('\n').unwrap_or(signature)
}

fn wrong_signature() -> String {
    format!("the signature is not that of {CHECKSUMS} by this key: it was changed, or signed by another")
}

/// The checksum and the name of a line.
fn checksum(line: &str) -> Option<(Hash, &str)> {
    let (hash, name) = line.split_once("  ")?;
    Some((hash.parse().ok()?, name)).filter(|(_, name)| is_inside(name))
}

/// Whether a name stays inside the folder.
fn is_inside(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

fn read_text(path: &Path) -> Result<String> {
    let mut text = String::new();
    let file = File::open(path).map_err(|error| {
        let message = format!("the folder is not a bundle of `audit bundle`: cannot read {}: {error}", path.display());
        Error::Input { code: InputError::BadValue, message }
    })?;
    file.take(LONGEST_LIST)
        .read_to_string(&mut text)
        .map_err(|error| Error::io(format_args!("read {}", path.display()), &error))?;
    Ok(text)
}

fn hash_of(mut file: impl Read) -> io::Result<(Hash, u64)> {
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 64 * 1024]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((Hash(hash.finalize().into()), bytes)),
            read => {
                hash.update(&buffer[..read]);
                bytes += read as u64;
            }
        }
    }
}

/// The first file, by name, that is not known.
fn first_unknown(root: &Path, folder: &Path, is_known: &dyn Fn(&str) -> bool) -> Result<Option<String>> {
    let failed = |error: io::Error| Error::io(format_args!("read {}", folder.display()), &error);
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>().map_err(failed)?;
    paths.sort();
    for path in paths {
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        let is_link = path.is_symlink();
        if path.is_dir() && !is_link {
            let is_empty = fs::read_dir(&path).map_err(failed)?.next().is_none();
            match first_unknown(root, &path, is_known)? {
                None if is_empty => return Ok(Some(name)),
                None => continue,
                found => return Ok(found),
            }
        }
        if is_link || !is_known(&name) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
