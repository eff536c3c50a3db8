//! Finds and reads the files of a tree.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ssgctl::error::{Faults, count, quoted};
use ssgctl::formats::declared::{self, DeclaredFile};
use ssgctl::import::apply::FileFault;
use ssgctl::ops;
use ssgctl::store::files::SmallFile;

use crate::exit::{ErrorCode, Failure, Place, Result};

/// Reads a file, or all TOML files of a directory and the directories in it, in the order of their names.
pub(super) fn read(path: &Path) -> Result<Vec<DeclaredFile>> {
    let mut paths = Vec::new();
    if path.is_dir() {
        collect(path, &mut paths)?;
        paths.sort();
        if paths.is_empty() {
            return Err(Failure::new(ErrorCode::NoFile, format!("no TOML file in {}", quoted(path.display()))));
        }
    } else {
        paths.push(path.to_owned());
    }
    let standard = ops::smpp::standard_service()?;
    let (mut files, mut faults) = (Vec::new(), Vec::new());
    for path in &paths {
        let name = path.display().to_string();
        let text = SmallFile::read(path).map_err(|error| cannot_read(path, &error))?.text;
        match declared::read(&name, &text, &standard) {
            Ok(file) => files.push(file),
            Err(found) => faults.extend(found.first.into_iter().map(|fault| FileFault { file: name.clone(), fault })),
        }
    }
    if faults.is_empty() { Ok(files) } else { Err(refused(faults, paths.len())) }
}

/// Hidden files and directories, such as `.git` and the drafts of editors, are left out, and so are links to directories.
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(|error| cannot_read(folder, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| cannot_read(folder, &error))?;
        let path = entry.path();
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        let kind = entry.file_type().map_err(|error| cannot_read(&path, &error))?;
        if is_hidden {
            continue;
        }
        if kind.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") && !path.is_dir() {
            paths.push(path);
        }
    }
    Ok(())
}

fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    let path = quoted(path.display());
    match error.kind() {
        io::ErrorKind::NotFound => Failure::new(ErrorCode::NoFile, format!("no file or directory at {path}")),
        _ => Failure::new(ErrorCode::Io, format!("cannot read {path}: {error}")),
    }
}

/// What is wrong with the files, each fault with its place.
pub(super) fn refused(faults: Vec<FileFault>, files: usize) -> Failure {
    let errors = count(faults.len() as u64, "error");
    let message = format!("{errors} in {}; nothing was applied", count(files as u64, "file"));
    let details = faults.into_iter().take(Faults::REPORTED).map(|FileFault { file, fault }| {
        Failure::of_row(*fault.error).at(Place { file, line: fault.line, column: fault.column })
    });
    Failure::new(ErrorCode::BadInput, message).with_details(details.collect())
}
