//! Edits a text in the user's editor.

use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::time::SystemTime;

use ssgctl::Error;
use ssgctl::error::quoted;
use ssgctl::model::ApiId;
use ssgctl::store::files::{self, SmallFile};

use crate::exit::{ErrorCode, Failure, Result};

/// Opens a text in the editor and returns the saved text; none if it was not saved.
///
/// # Errors
/// An editor that exits with an error, such as vi after `:cq`, cancels the edit even if the text was saved before.
pub(crate) fn edit(text: &str, extension: &str) -> Result<Option<String>> {
    let file = EditedFile::new(text, extension)?;
    let before = file.saved_at()?;
    let editor = editor();
    let words = shell_words::split(&editor).map_err(|error| cannot_run(&editor, &error))?;
    let Some((program, arguments)) = words.split_first().filter(|(program, _)| !program.is_empty()) else {
        return Err(cannot_run(&editor, &"it is empty"));
    };
    let status = Command::new(program).args(arguments).arg(&file.0).status();
    let status = status.map_err(|error| cannot_run(program, &without_number(&error)))?;
    if !status.success() {
        let message = format!("the editor failed with {status}; nothing was changed");
        return Err(Failure::new(ErrorCode::NotConfirmed, message));
    }
    if file.saved_at()? <= before {
        return Ok(None);
    }
    SmallFile::read(&file.0).map(|file| Some(file.text.to_string())).map_err(|error| cannot_read(&error))
}

/// The user's editor. Empty variables are ignored.
fn editor() -> String {
    let editors = ["VISUAL", "EDITOR"].into_iter().filter_map(|variable| env::var(variable).ok());
    editors.into_iter().find(|editor| !editor.trim().is_empty()).unwrap_or_else(|| "vi".to_owned())
}

fn cannot_run(editor: &str, reason: &dyn std::fmt::Display) -> Failure {
    Failure::new(ErrorCode::Io, format!("cannot run the editor {}: {reason}", quoted(editor)))
        .hint("set VISUAL or EDITOR to the command of your editor, such as EDITOR=nano")
}

/// The text of an error without the number that the standard library adds, such as "(os error 2)".
fn without_number(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

fn cannot_read(error: &io::Error) -> Failure {
    Error::io("read the edited text", error).into()
}

/// A private temporary file, deleted when the edit ends.
struct EditedFile(PathBuf);

impl EditedFile {
    fn new(text: &str, extension: &str) -> Result<Self> {
        let file = Self(env::temp_dir().join(format!("ssgctl-{}{extension}", ApiId::generate())));
        // The name is random. If it exists, an attacker may have guessed it, so never write to it.
        if files::write_new(&file.0, text.as_bytes())? {
            return Ok(file);
        }
        Err(Failure::new(ErrorCode::Io, "cannot create a temporary file to edit: its name is in use"))
    }

    fn saved_at(&self) -> Result<SystemTime> {
        fs::metadata(&self.0).and_then(|file| file.modified()).map_err(|error| cannot_read(&error))
    }
}

impl Drop for EditedFile {
    fn drop(&mut self) {
        // If this fails, the file is still private and in a folder that the system cleans up.
        let _ = fs::remove_file(&self.0);
    }
}
