//! The temporary names of files that are not complete yet. They are removed when a signal ends the process; what a killed
//! process left is found by its free lock, and removed by the next command that makes a file in that folder.
//!
//! A file is only named before it is complete where it must be: SQLite opens files by name, and a file can only replace another
//! by a rename. Such a name is locked by its process until it is gone.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use rustix::fs::{AtFlags, CWD, linkat};
use tempfile::{Builder, TempDir, TempPath};

/// The drafts of this process.
static DRAFTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Between the name that a file gets and the random end of its draft's name.
const INFIX: &str = ".ssgctl-";

/// What to call before a draft is registered.
static BEFORE_DRAFT: OnceLock<fn()> = OnceLock::new();

/// The length of that random end.
const RANDOM: usize = 16;

/// How often to make a draft anew that another process took for a leftover before it was locked.
const ATTEMPTS: usize = 5;

/// A draft that a signal removes, until this is dropped, with its lock.
#[derive(Debug)]
struct Registered {
    path: PathBuf,
    /// Where the file system has no locks, the draft is not locked, and never taken for a leftover.
    _lock: Option<File>,
}

impl Registered {
    fn new(path: &Path, lock: Option<File>) -> Self {
        if let Some(prepare) = BEFORE_DRAFT.get() {
            prepare();
        }
        DRAFTS.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
        Self { path: path.to_owned(), _lock: lock }
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        DRAFTS.lock().unwrap_or_else(PoisonError::into_inner).retain(|path| *path != self.path);
    }
}

/// A file with a temporary name, which is removed when dropped.
#[derive(Debug)]
pub(in crate::store) struct DraftFile {
    path: TempPath,
    _registered: Registered,
}

impl DraftFile {
    /// Creates an empty private file.
    pub(in crate::store) fn create(folder: &Path, name: &str) -> io::Result<(Self, File)> {
        remove_leftovers(folder);
        for _ in 0..ATTEMPTS {
            let (file, path) = builder(&prefix(name)).tempfile_in(folder)?.into_parts();
            if let Ok(lock) = locked(&path) {
                return Ok((Self { _registered: Registered::new(&path, lock), path }, file));
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    /// Gives a temporary name to a file that has none.
    pub(in crate::store) fn link(file: &File, folder: &Path, name: &str) -> io::Result<Self> {
        // Before it has a name nobody can take it for a leftover.
        let lock = file.try_clone()?;
        let lock = lock.try_lock().is_ok().then_some(lock);
        let link = |path: &Path| link_unnamed(file, path);
        let path = builder(&prefix(name)).make_in(folder, link)?.into_temp_path();
        Ok(Self { _registered: Registered::new(&path, lock), path })
    }

    /// Gives the file its real name by a rename.
    pub(in crate::store) fn persist(self, real: &Path, replace: bool) -> io::Result<()> {
        let persisted = if replace { self.path.persist(real) } else { self.path.persist_noclobber(real) };
        persisted.map_err(|error| error.error)
    }
}

/// A private folder for a database that is not complete yet and for the files that SQLite makes next to it. Removed when
/// dropped.
#[derive(Debug)]
pub(in crate::store) struct DraftFolder {
    folder: TempDir,
    _registered: Registered,
}

impl DraftFolder {
    pub(in crate::store) fn create(parent: &Path, name: &str) -> io::Result<Self> {
        remove_leftovers(parent);
        for _ in 0..ATTEMPTS {
            let folder = builder(&prefix(name)).tempdir_in(parent)?;
            if let Ok(lock) = locked(folder.path()) {
                return Ok(Self { _registered: Registered::new(folder.path(), lock), folder });
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    pub(in crate::store) fn path(&self) -> &Path {
        self.folder.path()
    }
}

fn prefix(name: &str) -> String {
    format!(".{name}{INFIX}")
}

fn builder(prefix: &str) -> Builder<'_, 'static> {
    let mut builder = Builder::new();
    builder.prefix(prefix).suffix("").rand_bytes(RANDOM);
    builder
}

/// Gives a name to a file without one.
pub(in crate::store) fn link_unnamed(file: &File, path: &Path) -> io::Result<()> {
    Ok(linkat(CWD, unnamed(file), CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

/// The path by which a file without a name can be linked.
pub(in crate::store) fn unnamed(file: &File) -> PathBuf {
    use std::os::fd::AsRawFd;
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// Locks a draft that was just made. `None` where the file system has no locks.
///
/// # Errors
/// If another process locked or removed it first, as a leftover.
fn locked(path: &Path) -> io::Result<Option<File>> {
    let file = File::open(path)?;
    match file.try_lock() {
        Ok(()) if is_at(&file, path) => Ok(Some(file)),
        Ok(()) | Err(fs::TryLockError::WouldBlock) => Err(io::ErrorKind::ResourceBusy.into()),
        Err(fs::TryLockError::Error(_)) => Ok(None),
    }
}

/// Whether a path still leads to an open file or folder.
fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(found)) = (file.metadata(), path.symlink_metadata()) else { return false };
    (open.dev(), open.ino()) == (found.dev(), found.ino())
}

/// Has a function called before each draft, for a program that calls [`remove_all`] on a signal to prepare for that. Only the
/// first function counts.
pub fn before_each(prepare: fn()) {
    let _ = BEFORE_DRAFT.set(prepare);
}

/// Removes the drafts of this process, files or folders. The process is about to end, and nobody could act on an error.
pub fn remove_all() {
    for draft in DRAFTS.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        remove(&draft);
    }
}

fn remove(draft: &Path) {
    // A leftover that cannot be removed is harmless, and `db check` names it.
    let _ = fs::remove_file(draft).or_else(|_| remove_folder(draft));
}

/// Removes a folder in which another thread may still create files: SQLite's journal, at each transaction.
fn remove_folder(folder: &Path) -> io::Result<()> {
    const ATTEMPTS: usize = 100;
    let mut removed = Ok(());
    for _ in 0..ATTEMPTS {
        removed = fs::remove_dir_all(folder);
        if !folder.exists() {
            return Ok(());
        }
    }
    removed
}

/// Removes what killed processes left in a folder.
fn remove_leftovers(folder: &Path) {
    for (path, lock) in abandoned(folder) {
        remove(&path);
        drop(lock);
    }
}

/// The drafts in a folder that no process works on: a killed process left them.
pub fn leftovers_in(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = abandoned(folder).map(|(path, _)| path).collect();
    found.sort();
    found
}

/// The drafts of this user in a folder whose lock is free, with the lock.
fn abandoned(folder: &Path) -> impl Iterator<Item = (PathBuf, File)> {
    let me = rustix::process::geteuid().as_raw();
    let drafts = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| is_draft(&entry.file_name().to_string_lossy()));
    drafts.filter_map(move |entry| {
        let (path, found) = (entry.path(), entry.metadata().ok()?);
        if found.uid() != me || !(found.is_file() || found.is_dir()) {
            return None;
        }
        let file = File::open(&path).ok()?;
        (file.try_lock().is_ok() && is_at(&file, &path)).then_some((path, file))
    })
}

fn is_draft(name: &str) -> bool {
    let parts = name.strip_prefix('.').and_then(|name| name.rsplit_once(INFIX));
    parts.is_some_and(|(_, random)| random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_folder_is_removed_although_files_are_still_created_in_it() {
        for _ in 0..50 {
            let parent = tempfile::tempdir().expect("folder");
            let draft = parent.path().join(".a.db.abcdef");
            fs::create_dir(&draft).expect("created");
            let names: Vec<PathBuf> = (0..8).map(|n| draft.join(format!("a.db-{n}"))).collect();
            thread::scope(|scope| {
                // As SQLite does while the signal is handled; it stops when the folder is gone.
                scope.spawn(|| while names.iter().all(|name| fs::write(name, "").is_ok()) {});
                let _ = remove_folder(&draft);
            });
            assert!(!draft.exists());
        }
    }

    #[test]
    fn abandoned_drafts_are_found_and_removed_and_nothing_else() {
        let folder = tempfile::tempdir().expect("folder");
        let path = |name: &str| folder.path().join(name);
        let left = [".a.csv.ssgctl-0123456789abcdef", ".b.db.ssgctl-0123456789abcdef"];
        fs::write(path(left[0]), "").expect("written");
        fs::create_dir(path(left[1])).expect("made");
        fs::write(path(left[1]).join("b.db-wal"), "").expect("written");
        for other in ["a.csv", ".a.csv.swp", "a.csv.ssgctl-0123456789abcdef", ".a.csv.ssgctl-01234567"] {
            fs::write(path(other), "").expect("written");
        }
        let used = DraftFolder::create(&path(""), "c.db").expect("made");
        assert!(leftovers_in(folder.path()).is_empty(), "a new draft removes leftovers");
        for name in left {
            fs::write(path(name), "").expect("written");
        }
        assert_eq!(leftovers_in(folder.path()), left.map(path));
        let (file, _) = DraftFile::create(folder.path(), "d.csv").expect("made");
        assert!(used.path().is_dir());
        drop((file, used));
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 4);
    }
}
