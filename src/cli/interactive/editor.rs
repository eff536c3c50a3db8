//! A text in the person's own editor.

use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::time::SystemTime;

use ssgctl::Error;
use ssgctl::model::ApiId;
use ssgctl::store::files;

use crate::exit::{ErrorCode, Failure, Result};

/// Opens a text and gives it back as it was saved; nothing if it was not.
///
/// # Errors
/// Whoever leaves the editor with an error, as `:cq` does in vi, gives up, whatever was saved before.
pub(crate) fn edit(text: &str, extension: &str) -> Result<Option<String>> {
    let page = Page::new(text, extension)?;
    let before = page.saved_at()?;
    let words = shell_words::split(&chosen()).map_err(|error| cannot_run(&error))?;
    let Some((program, arguments)) = words.split_first() else { return Err(cannot_run(&"it has no name")) };
    let ended = Command::new(program).args(arguments).arg(&page.0).status().map_err(|error| cannot_run(&error))?;
    if !ended.success() {
        let message = format!("the editor ended with {ended}; nothing was changed");
        return Err(Failure::new(ErrorCode::NotConfirmed, message));
    }
    if page.saved_at()? <= before {
        return Ok(None);
    }
    fs::read_to_string(&page.0).map(Some).map_err(|error| cannot_read(&error))
}

/// The editor that the person chose; variables that are empty choose none.
fn chosen() -> String {
    let chosen = ["VISUAL", "EDITOR"].into_iter().filter_map(|variable| env::var(variable).ok());
    chosen.into_iter().find(|editor| !editor.trim().is_empty()).unwrap_or_else(|| "vi".to_owned())
}

fn cannot_run(reason: &dyn std::fmt::Display) -> Failure {
    Failure::new(ErrorCode::Io, format!("cannot run the editor: {reason}"))
}

fn cannot_read(error: &io::Error) -> Failure {
    Error::io("read what was edited", error).into()
}

/// A private file for the time of an editing.
struct Page(PathBuf);

impl Page {
    fn new(text: &str, extension: &str) -> Result<Self> {
        let page = Self(env::temp_dir().join(format!("ssgctl-{}{extension}", ApiId::generate())));
        // A name that is taken is one that somebody guessed, and made to be written to.
        if files::write_new(&page.0, text.as_bytes())? {
            return Ok(page);
        }
        Err(Failure::new(ErrorCode::Io, "cannot make a file to be edited: its name is taken"))
    }

    fn saved_at(&self) -> Result<SystemTime> {
        fs::metadata(&self.0).and_then(|file| file.modified()).map_err(|error| cannot_read(&error))
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // Private, and in the folder that is emptied by itself.
        let _ = fs::remove_file(&self.0);
    }
}
