//! The temporary names of files that are not complete yet: removed when a signal ends the process, and found again after a kill.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The drafts of this process.
static DRAFTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// What to call before a draft is registered.
static BEFORE_DRAFT: OnceLock<fn()> = OnceLock::new();

/// What SQLite adds to the name of a database for the files next to it.
const SIDE_FILES: [&str; 3] = ["-journal", "-wal", "-shm"];

/// A draft that a signal removes, until this is dropped.
#[derive(Debug)]
pub(in crate::store) struct RegisteredDraft(PathBuf);

impl RegisteredDraft {
    pub(in crate::store) fn new(path: &Path) -> Self {
        if let Some(prepare) = BEFORE_DRAFT.get() {
            prepare();
        }
        DRAFTS.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
        Self(path.to_owned())
    }
}

impl Drop for RegisteredDraft {
    fn drop(&mut self) {
        DRAFTS.lock().unwrap_or_else(PoisonError::into_inner).retain(|path| *path != self.0);
    }
}

/// Has a function called before each draft, for a program that calls [`remove_all`] on a signal to prepare for that. Only the
/// first function counts.
pub fn before_each(prepare: fn()) {
    let _ = BEFORE_DRAFT.set(prepare);
}

/// Removes the drafts of this process, files or folders, with the files next to them. The process is about to end, and nobody
/// could act on an error.
pub fn remove_all() {
    for draft in DRAFTS.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        for ending in SIDE_FILES {
            let mut name = draft.as_os_str().to_owned();
            name.push(ending);
            let _ = fs::remove_file(PathBuf::from(name));
        }
        let _ = fs::remove_file(&draft).or_else(|_| fs::remove_dir_all(&draft));
    }
}

/// Files and folders next to a file that look like drafts of it: a killed process may have left them.
pub fn leftovers_of(path: &Path) -> Vec<PathBuf> {
    let prefix = format!(".{}.", path.file_name().unwrap_or_default().to_string_lossy());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_draft = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(rest) = name.strip_prefix(&prefix) else { return false };
        let rest = SIDE_FILES.iter().find_map(|ending| rest.strip_suffix(ending)).unwrap_or(rest);
        matches!(rest.len(), 6 | 16) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_draft).collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_of_a_file_are_found_and_nothing_else() {
        let folder = tempfile::tempdir().expect("folder");
        let database = folder.path().join("a.db");
        let drafts = [".a.db.0123456789abcdef", ".a.db.0123456789abcdef-journal", ".a.db.abcdef"];
        for name in drafts.iter().chain(&["a.db", "a.db-wal", ".a.db.swp", ".b.db.0123456789abcdef", ".a.db.01234567"])
        {
            fs::write(folder.path().join(name), "").expect("written");
        }
        assert_eq!(leftovers_of(&database), drafts.map(|name| folder.path().join(name)));
    }
}
