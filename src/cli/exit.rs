//! Failures as the caller meets them: an exit code, a code for programs, a sentence, and what to do.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use ssgctl::Error;
use ssgctl::error::{Faults, count, quoted};
use ssgctl::model::EntityKind;
use ssgctl::store::OLDEST_SCHEMA;

use crate::escape::visible;

pub(crate) use crate::error_codes::ErrorCode;
pub(crate) use crate::exit_codes::Exit;

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why a command did not do, or not report, what it was asked to. Boxed, so that results that succeed stay small.
#[derive(Debug)]
pub(crate) struct Failure(Box<Fault>);

#[derive(Debug)]
struct Fault {
    exit: Exit,
    code: ErrorCode,
    message: String,
    hint: Option<String>,
    field: Option<String>,
    place: Option<Place>,
    /// What is wrong in detail, told before this.
    details: Vec<Failure>,
}

/// Where in a file something is wrong; lines and columns count from 1.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: u64,
    pub(crate) column: u64,
}

impl Failure {
    /// A failure with the usual exit code of its error code.
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(Box::new(Fault {
            exit: code.exit(),
            code,
            message: message.into(),
            hint: None,
            field: None,
            place: None,
            details: Vec::new(),
        }))
    }

    /// The command line is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Usage, message)
    }

    /// A value that only a person at a terminal could be asked for is missing.
    pub(crate) fn missing(flag: &str, why: &str) -> Self {
        Self::new(ErrorCode::MissingValue, format!("{flag} is needed {why}"))
    }

    /// The result could not be written.
    pub(crate) fn output(error: impl Into<io::Error>) -> Self {
        let error = error.into();
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(ErrorCode::Pipe, "the reader of the output went away"),
            _ => Self::new(ErrorCode::Io, format!("cannot write the output: {error}")),
        }
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// An error that a file is to blame for.
    pub(crate) fn in_file(file: &str, error: Error) -> Self {
        match error {
            Error::Rows(faults) => Self::of_file(file, faults),
            other => Self::from(other),
        }
    }

    /// The faults of a file, each with its place, and then how many there are. The exit code is theirs if they agree.
    pub(crate) fn of_file(file: &str, faults: Faults) -> Self {
        let message = format!("{} in {}, nothing was imported", count(faults.count, "error"), quoted(file));
        let told: Vec<Self> = faults
            .first
            .into_iter()
            .map(|fault| {
                let place = Place { file: file.to_owned(), line: fault.line, column: fault.column };
                Self::of_row(*fault.error).at(place)
            })
            .collect();
        let agreed = told
            .first()
            .map(|first| (first.0.exit, first.0.code))
            .filter(|(exit, _)| *exit != Exit::BadInput && told.iter().all(|failure| failure.0.exit == *exit));
        let (exit, code) = agreed.unwrap_or((Exit::BadInput, ErrorCode::BadInput));
        Self::new(code, message).exit(exit).because_of(told)
    }

    /// The failure with others that say in detail what is wrong.
    #[must_use]
    pub(crate) fn because_of(mut self, details: Vec<Self>) -> Self {
        self.0.details = details;
        self
    }

    /// What is wrong with a row of a file, where options of the command line are no remedy.
    fn of_row(error: Error) -> Self {
        let hint = match &error {
            Error::NotFound { nearest, .. } => nearest.as_ref().map(|name| format!("did you mean {}?", quoted(name))),
            Error::Differs { .. } => Some("--update changes what is there".to_owned()),
            Error::Ambiguous { entity: EntityKind::Balance, .. } => Some("name one in a column `unit`".to_owned()),
            Error::InsufficientBalance { .. } => {
                Some("`ssgctl balance limit` lets it go lower, or --allow-negative this once".to_owned())
            }
            // What an export has of it is taken where it changes nothing.
            Error::Archived { entity, .. } => Some(format!(
                "the row would change what it has: un-archive it first (`ssgctl {} unarchive`), or leave the row out",
                entity.as_str()
            )),
            _ => None,
        };
        let mut failure = Self::from(error);
        // What would be a wrong argument on the command line is wrong data here.
        failure.0.exit = if failure.0.exit == Exit::Usage { Exit::BadInput } else { failure.0.exit };
        failure.0.hint = hint;
        failure
    }

    /// The failure with another exit code than the usual one.
    #[must_use]
    pub(crate) fn exit(mut self, exit: Exit) -> Self {
        self.0.exit = exit;
        self
    }

    /// The failure with a hint, if there is one.
    #[must_use]
    pub(crate) fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.0.hint = hint;
        self
    }

    #[must_use]
    pub(crate) fn field(mut self, field: impl Into<String>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    #[must_use]
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.0.place = Some(place);
        self
    }

    /// The failure and what to do about it, for a person in the middle of a dialogue.
    pub(crate) fn with_hint(&self) -> String {
        let hint = self.0.hint.as_ref().map(|hint| format!("; {}", one_line(hint))).unwrap_or_default();
        format!("{self}{hint}")
    }

    /// Something that must be given was not; `flag` is what gives it, such as `--name <NAME>`.
    pub(crate) fn not_given(flag: &str, field: &str) -> Self {
        Self::new(ErrorCode::MissingValue, format!("{flag} is needed")).field(field)
    }

    /// Tells the failure on stderr and gives the exit code. `committed` says whether the database was changed before.
    pub(crate) fn report(mut self, form: ErrorFormat, committed: bool) -> ExitCode {
        let fault = &mut self.0;
        if committed {
            // The work is done and only its receipt is missing: not the same as an interrupted pipe.
            if fault.exit == Exit::Pipe {
                (fault.exit, fault.code) = (Exit::Io, ErrorCode::Io);
            }
            // Emails that wait are told after a result that was shown.
            if fault.exit == Exit::Io {
                fault.hint.get_or_insert("the change is saved; only its result could not be shown".to_owned());
            }
        } else if fault.exit == Exit::Pipe {
            return ExitCode::from(Exit::Pipe as u8);
        }
        let told = fault.details.iter().map(|detail| &*detail.0).chain([&**fault]);
        let text: String = told
            .map(|fault| match form {
                ErrorFormat::Json => fault.as_json(committed),
                ErrorFormat::Text { colour } => fault.as_text(colour),
            })
            .collect();
        // A stderr that cannot be written leaves the exit code to speak.
        let _ = io::stderr().write_all(text.as_bytes());
        ExitCode::from(fault.exit as u8)
    }
}

impl Fault {
    fn as_text(&self, colour: bool) -> String {
        let red = if colour { anstyle::AnsiColor::Red.on_default().bold() } else { anstyle::Style::new() };
        let origin = match &self.place {
            Some(Place { file, line, column }) => format!("{}:{line}:{column}", one_line(file)),
            None => "ssgctl".to_owned(),
        };
        let mut text = format!("{origin}: {red}error[{}]{red:#}: {}\n", self.code.word(), one_line(&self.message));
        if let Some(hint) = &self.hint {
            text.push_str(&format!("ssgctl: hint: {}\n", one_line(hint)));
        }
        text
    }

    fn as_json(&self, committed: bool) -> String {
        let error = serde_json::json!({
            "code": self.code.word(),
            "exit": self.exit as u8,
            "message": one_line(&self.message),
            "retryable": matches!(self.exit, Exit::Busy | Exit::Io),
            "committed": committed,
            "file": self.place.as_ref().map(|place| &place.file),
            "line": self.place.as_ref().map(|place| place.line),
            "column": self.place.as_ref().map(|place| place.column),
            "field": self.field,
            "hint": self.hint.as_deref().map(one_line),
        });
        format!("{}\n", serde_json::json!({ "error": error }))
    }
}

/// A text as one line of a terminal: whatever is in it, it can move nothing there.
fn one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n")
}

/// How failures are told.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ErrorFormat {
    Text { colour: bool },
    Json,
}

/// The failure as one line, place and message, for a person in the middle of a dialogue.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { file, line, column }) = &self.0.place {
            write!(f, "{}:{line}:{column}: ", one_line(file))?;
        }
        f.write_str(&one_line(&self.0.message))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        let failure = |code| Self::new(code, message.clone());
        match error {
            Error::NotFound { nearest, .. } => {
                let found_near = nearest.map(|nearest| format!("did you mean {}?", quoted(nearest)));
                failure(ErrorCode::NotFound).maybe_hint(found_near)
            }
            Error::NoDatabase { .. } => failure(ErrorCode::NoDatabase)
                .hint("`ssgctl db init` makes one; one that was named is never made by itself"),
            Error::FileExists { .. } => failure(ErrorCode::Exists),
            Error::Exists { field, .. } | Error::Fixed { field, .. } => failure(ErrorCode::Exists).field(field),
            Error::Differs { .. } => {
                failure(ErrorCode::Exists).hint("--update changes what is there; nothing was changed")
            }
            Error::Ambiguous { entity: EntityKind::Balance, .. } => {
                failure(ErrorCode::Ambiguous).hint("name one with --unit")
            }
            Error::Ambiguous { .. } => failure(ErrorCode::Ambiguous).hint("name it by its number"),
            Error::KeyConflict { .. } => {
                failure(ErrorCode::KeyConflict).field("key").hint("use a new key for a new change; nothing was booked")
            }
            Error::Contradiction { field, .. } => failure(ErrorCode::Contradiction).field(field),
            Error::AlreadyReversed { .. } => failure(ErrorCode::AlreadyReversed).field("entry"),
            Error::ChangedMeanwhile { .. } => {
                failure(ErrorCode::ChangedMeanwhile).hint("nothing was saved; look again and repeat the change")
            }
            Error::Archived { again: true, .. } => failure(ErrorCode::Archived),
            Error::Archived { entity, .. } => failure(ErrorCode::Archived)
                .hint(format!("un-archive it first; see `ssgctl help {} unarchive`", entity.as_str())),
            Error::NotArchived { .. } => failure(ErrorCode::NotArchived),
            Error::InsufficientBalance { .. } => failure(ErrorCode::InsufficientBalance)
                .field("amount")
                .hint("--allow-negative books it all the same; nothing was booked"),
            Error::Overflow { .. } => failure(ErrorCode::Overflow),
            Error::NoRecipient { .. } => failure(ErrorCode::Refused)
                .hint("`ssgctl contact add` one, or name an address with `ssgctl smpp handover --to`"),
            Error::Refused(_) => failure(ErrorCode::Refused),
            Error::Input { code, .. } => failure(code.into()).exit(Exit::BadInput),
            Error::Rows(faults) => Self::of_file("the file", faults),
            Error::Invalid { field, .. } => failure(ErrorCode::BadValue).field(field),
            Error::Busy { .. } => {
                failure(ErrorCode::Busy).hint("nothing was changed; try again, or wait longer with --wait")
            }
            Error::Foreign { .. } => failure(ErrorCode::ForeignDatabase),
            Error::NewerSchema { .. } => failure(ErrorCode::NewerSchema).hint("use the newer ssgctl"),
            Error::OlderSchema { found, .. } if found < OLDEST_SCHEMA => failure(ErrorCode::OlderSchema)
                .hint("with the ssgctl that made it: `ssgctl export all.jsonl`; with this one: `ssgctl --db new.db db init` and `ssgctl --db new.db import all.jsonl`"),
            Error::OlderSchema { .. } => {
                failure(ErrorCode::OlderSchema).hint("`ssgctl db migrate` brings it up to date, after a backup")
            }
            Error::Damaged(_) => failure(ErrorCode::Damaged).hint("`ssgctl db check` lists every fault"),
            Error::UnsafeSqlite(_) => failure(ErrorCode::UnsafeSqlite),
            Error::Io { .. } => failure(ErrorCode::Io),
            Error::UnsafeFile { ref path, .. } => {
                failure(ErrorCode::UnsafeFile).hint(format!("chmod 600 {}", path.display()))
            }
            Error::Secret(_) => failure(ErrorCode::Secret),
            Error::Email(_) => failure(ErrorCode::Mail),
            Error::Internal(_) => failure(ErrorCode::Internal),
        }
    }
}
