//! The files of templates: the built-in ones, and those of the operator, which replace them.

use std::path::PathBuf;

use minijinja::ErrorKind;

use crate::store::files::SmallFile;

const BUILT_IN: [(&str, &str); 39] = [
    ("layout.html", include_str!("templates/layout.html")),
    ("low-upper.txt", include_str!("templates/low-upper.txt")),
    ("low-upper.html", include_str!("templates/low-upper.html")),
    ("low-lower.txt", include_str!("templates/low-lower.txt")),
    ("low-lower.html", include_str!("templates/low-lower.html")),
    ("internal.txt", include_str!("templates/internal.txt")),
    ("internal.html", include_str!("templates/internal.html")),
    ("recovered.txt", include_str!("templates/recovered.txt")),
    ("recovered.html", include_str!("templates/recovered.html")),
    ("days-left.txt", include_str!("templates/days-left.txt")),
    ("days-left.html", include_str!("templates/days-left.html")),
    ("surge.txt", include_str!("templates/surge.txt")),
    ("surge.html", include_str!("templates/surge.html")),
    ("silent.txt", include_str!("templates/silent.txt")),
    ("silent.html", include_str!("templates/silent.html")),
    ("forecast.txt", include_str!("templates/forecast.txt")),
    ("forecast.html", include_str!("templates/forecast.html")),
    ("forecast-ended.txt", include_str!("templates/forecast-ended.txt")),
    ("forecast-ended.html", include_str!("templates/forecast-ended.html")),
    ("account.txt", include_str!("templates/account.txt")),
    ("account.html", include_str!("templates/account.html")),
    ("account-notes.txt", include_str!("templates/account-notes.txt")),
    ("welcome.txt", include_str!("templates/welcome.txt")),
    ("welcome.html", include_str!("templates/welcome.html")),
    ("handover.txt", include_str!("templates/handover.txt")),
    ("handover.html", include_str!("templates/handover.html")),
    ("prices.txt", include_str!("templates/prices.txt")),
    ("prices.html", include_str!("templates/prices.html")),
    ("invoice.txt", include_str!("templates/invoice.txt")),
    ("invoice.html", include_str!("templates/invoice.html")),
    ("credit-note.txt", include_str!("templates/credit-note.txt")),
    ("credit-note.html", include_str!("templates/credit-note.html")),
    ("pro-forma.txt", include_str!("templates/pro-forma.txt")),
    ("pro-forma.html", include_str!("templates/pro-forma.html")),
    ("reminder.txt", include_str!("templates/reminder.txt")),
    ("reminder.html", include_str!("templates/reminder.html")),
    ("bank-details.html", include_str!("templates/bank-details.html")),
    ("test.txt", include_str!("templates/test.txt")),
    ("test.html", include_str!("templates/test.html")),
];

/// The text of a template: the operator's file, else the built-in one.
pub(super) fn load(folder: Option<&PathBuf>, name: &str) -> Result<Option<String>, minijinja::Error> {
    let Some((_, built_in)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) else { return Ok(None) };
    let Some(path) = folder.map(|folder| folder.join(name)).filter(|path| path.exists()) else {
        return Ok(Some((*built_in).to_owned()));
    };
    SmallFile::read(&path).map(|file| Some(file.text.to_string())).map_err(|error| {
        minijinja::Error::new(ErrorKind::InvalidOperation, format!("cannot read {}: {error}", path.display()))
    })
}
