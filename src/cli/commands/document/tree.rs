//! `ssgctl export --as toml`: writes desired state as a tree of files.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ssgctl::error::{count, quoted};
use ssgctl::formats::declared::{write_customer, write_plans, write_services};
use ssgctl::report;
use ssgctl::store::files::{Draft, make_private_folder};
use ssgctl::store::{ArchiveFilter, CustomerFilter, CustomerSort, Page, Snapshot};

use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// The folder of the files of customers.
const CUSTOMERS: &str = "customers";

/// What becomes of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    New,
    Changed,
    Same,
}

/// Writes the tree. Files that say the same stay as they are, and others are replaced only by `force`.
pub(super) fn export(folder: &Path, force: bool, context: &mut Context) -> Result<()> {
    let snapshot = context.store()?.read()?;
    for part in [folder.to_owned(), folder.join(CUSTOMERS)] {
        if part != folder && part.is_symlink() {
            return Err(foreign(&part, "is a symbolic link, and nothing is written outside the directory"));
        }
        if part.exists() && !part.is_dir() {
            return Err(foreign(&part, "is not a directory"));
        }
    }
    let (mut changes, mut written) = (Vec::new(), BTreeSet::new());
    each_file(&snapshot, folder, |path, text| {
        changes.push(change_of(path, text)?);
        written.insert(path.to_owned());
        match changes.last() {
            Some(Change::Changed) if !force => Err(Failure::new(
                ErrorCode::Exists,
                format!("{} exists and says something else; nothing was written", quoted(path.display())),
            )
            .hint("add --force to replace the files that differ; `git diff` then shows how")),
            _ => Ok(()),
        }
    })?;
    let mut planned = changes.iter();
    make_private_folder(&folder.join(CUSTOMERS))?;
    each_file(&snapshot, folder, |path, text| match planned.next() {
        Some(Change::Same) => Ok(()),
        change => write(path, text, change == Some(&Change::Changed)),
    })?;
    drop(snapshot);
    let of = |wanted: Change| changes.iter().filter(|change| **change == wanted).count();
    context.note(&format!(
        "{} in {}: {} new, {} changed, {} same",
        count(changes.len() as u64, "file"),
        quoted(folder.display()),
        of(Change::New),
        of(Change::Changed),
        of(Change::Same)
    ));
    note_others(folder, &written, context);
    Ok(())
}

/// Passes path and text of each file of the tree to `each`, in the order of the paths.
fn each_file(snapshot: &Snapshot<'_>, folder: &Path, mut each: impl FnMut(&Path, &str) -> Result<()>) -> Result<()> {
    let active = CustomerFilter {
        archive_filter: ArchiveFilter::Active,
        page: Page::all(CustomerSort::AccountCode),
        ..CustomerFilter::default()
    };
    let customers = folder.join(CUSTOMERS);
    snapshot.customers(&active, |customer| {
        let declared = report::declared_customer(snapshot, &customer)?;
        // Codes have ASCII letters, digits, dots, hyphens and underscores, and begin with a letter or digit.
        each(&customers.join(format!("{}.toml", customer.account_code)), &write_customer(&declared))
    })?;
    each(&folder.join("plans.toml"), &write_plans(&report::declared_plans(snapshot)?))?;
    each(&folder.join("services.toml"), &write_services(&report::declared_services(snapshot)?))
}

fn change_of(path: &Path, text: &str) -> Result<Change> {
    match path.symlink_metadata() {
        Ok(found) if !found.is_file() => Err(foreign(path, "is not a regular file")),
        Ok(_) => {
            let content = fs::read(path).map_err(|error| cannot_read(path, &error))?;
            Ok(if content == text.as_bytes() { Change::Same } else { Change::Changed })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Change::New),
        Err(error) => Err(cannot_read(path, &error)),
    }
}

fn write(path: &Path, text: &str, replaces: bool) -> Result<()> {
    let draft = if replaces { Draft::replacing(path)? } else { Draft::next_to(path)? };
    if draft.holding(text.as_bytes())?.publish()? {
        return Ok(());
    }
    Err(Failure::new(ErrorCode::Exists, format!("{} exists now; it was not replaced", quoted(path.display()))))
}

/// Notes the files of the tree that this export does not have: `apply` would read them.
fn note_others(folder: &Path, written: &BTreeSet<PathBuf>, context: &Context) {
    let files = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_toml = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "toml");
    let found = files(folder.to_owned()).chain(files(folder.join(CUSTOMERS)));
    let mut others: Vec<PathBuf> = found.filter(|path| is_toml(path) && !written.contains(path)).collect();
    others.sort();
    if let Some(first) = others.first() {
        let files = count(others.len() as u64, "other file");
        context.note(&format!("{files} left as it was, the first is {}", quoted(first.display())));
    }
}

fn foreign(path: &Path, problem: &str) -> Failure {
    Failure::new(ErrorCode::Refused, format!("{} {problem}", quoted(path.display())))
}

fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    Failure::new(ErrorCode::Io, format!("cannot read {}: {error}", quoted(path.display())))
}
