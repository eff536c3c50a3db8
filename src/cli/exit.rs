//! Failures of commands: an exit code, an error code for programs, a message and a hint.
//!
//! The library's `Error` says what was refused. Converting it into a [`Failure`] adds what only the command line knows:
//! the exit code, and which command or option helps.

mod naming;

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use ssgctl::Error;
use ssgctl::error::{Faults, InputError, count, quoted};
use ssgctl::model::EntityKind;
use ssgctl::store::files::OTHER_OWNER;

use crate::escape::visible;
use crate::hints::{KEY_HINT, PAST_HINT, name_hint, tax_hint, to_hint, upgrade_hint};

pub(crate) use crate::error_codes::ErrorCode;
pub(crate) use crate::exit_codes::Exit;

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why a command failed. Boxed, so that a `Result` stays small.
#[derive(Debug)]
pub(crate) struct Failure(Box<FailureParts>);

#[derive(Debug)]
struct FailureParts {
    exit: Exit,
    code: ErrorCode,
    message: String,
    hint: Option<String>,
    field: Option<String>,
    place: Option<Place>,
    /// The individual errors, which are reported before this one.
    details: Vec<Failure>,
}

/// A position in a file. Lines and columns start at 1.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: u64,
    pub(crate) column: u64,
}

impl Failure {
    /// A failure with the usual exit code of its error code.
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(Box::new(FailureParts {
            exit: code.exit(),
            code,
            message: message.into(),
            hint: None,
            field: None,
            place: None,
            details: Vec::new(),
        }))
    }

    /// The arguments are invalid.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Usage, message)
    }

    /// An option is missing that a person at a terminal would have been asked for.
    pub(crate) fn missing(flag: &str, why: &str) -> Self {
        Self::new(ErrorCode::MissingValue, format!("{flag} is required {why}"))
    }

    /// The result could not be written.
    pub(crate) fn output(error: impl Into<io::Error>) -> Self {
        let error = error.into();
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(ErrorCode::Pipe, "the reader of the output closed the pipe"),
            _ => Self::new(ErrorCode::Io, format!("cannot write the output: {error}")),
        }
    }

    /// Whether the reader of the output closed the pipe.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        self.0.code == ErrorCode::Pipe
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// An error of reading a file.
    pub(crate) fn in_file(file: &str, error: Error) -> Self {
        match error {
            Error::Rows(faults) => Self::of_file(file, faults),
            other => Self::from(other),
        }
    }

    /// The same where the file was to be compared only.
    pub(crate) fn of_compared(mut self) -> Self {
        self.0.message = self.0.message.replace("nothing was imported", "nothing was compared");
        self
    }

    /// The faults of a file, each with its place, followed by their number. The exit code is theirs, if all have the same.
    pub(crate) fn of_file(file: &str, faults: Faults) -> Self {
        let message = format!("{} in {}; nothing was imported", count(faults.count, "error"), quoted(file));
        let rows: Vec<u64> = faults.first.iter().map(|fault| faults.rows_of(fault)).collect();
        let details: Vec<Self> = faults
            .first
            .into_iter()
            .zip(rows)
            .map(|(fault, rows)| {
                let mut failure = Self::of_row(*fault.error);
                if rows > 1 {
                    failure.0.message.push_str(&format!(" ({rows} rows, first at line {})", fault.line));
                }
                failure.at(Place { file: file.to_owned(), line: fault.line, column: fault.column })
            })
            .collect();
        let common = details
            .first()
            .map(|first| (first.0.exit, first.0.code))
            .filter(|(exit, _)| *exit != Exit::BadInput && details.iter().all(|failure| failure.0.exit == *exit));
        let (exit, code) = common.unwrap_or((Exit::BadInput, ErrorCode::BadInput));
        Self::new(code, message).exit(exit).with_details(details)
    }

    /// Adds the individual errors, which are reported first.
    #[must_use]
    pub(crate) fn with_details(mut self, details: Vec<Self>) -> Self {
        self.0.details = details;
        self
    }

    /// An error in a row of a file. The hint is about the row, because arguments of the command cannot fix it.
    pub(crate) fn of_row(error: Error) -> Self {
        let hint = match &error {
            Error::NotFound { nearest, .. } => nearest.as_ref().map(|name| format!("did you mean {}?", quoted(name))),
            Error::Differs { .. } => Some("add --update to change existing records".to_owned()),
            Error::PastPrice { .. } => Some(PAST_HINT.to_owned()),
            Error::Ambiguous { entity: EntityKind::Balance, .. } => {
                Some("add a column `unit` that says which balance is meant".to_owned())
            }
            Error::InsufficientBalance { .. } => {
                Some("set a lower limit with `ssgctl balance limit`, or add --allow-negative".to_owned())
            }
            Error::GracePeriod { name, .. } => Some(format!(
                "end it with `ssgctl smpp rotate-password {name} --end-grace`, or import without the column password"
            )),
            Error::Input { code: InputError::BadQuote, .. } => Some(
                "if MySQL wrote the file, add --quoting none (`mysql --batch`) or --quoting backslash (INTO OUTFILE); if a \
                 spreadsheet did, --quoting csv"
                    .to_owned(),
            ),
            // Unchanged rows of archived records are accepted, so that an export can be imported again.
            Error::Archived { entity, .. } => Some(format!(
                "the row would change an archived record; unarchive it with `ssgctl {} unarchive`, or remove the row",
                entity.as_str()
            )),
            Error::Unpriced { account, destination, at } => Some(format!(
                "`ssgctl price lookup {account} {destination} --at {at}` shows which plans were asked; set a price with `ssgctl price set`"
            )),
            Error::OtherAccount { .. } => {
                Some("drop --account, or add --override-account if all rows are messages of that account".to_owned())
            }
            _ => None,
        };
        let mut failure = Self::from(error);
        // An invalid argument on the command line is invalid data in a file.
        failure.0.exit = if failure.0.exit == Exit::Usage { Exit::BadInput } else { failure.0.exit };
        failure.0.hint = hint;
        failure
    }

    /// Replaces the usual exit code.
    #[must_use]
    pub(crate) fn exit(mut self, exit: Exit) -> Self {
        self.0.exit = exit;
        self
    }

    /// Sets or removes the hint.
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

    /// Message and hint on one line, for the wizard.
    pub(crate) fn with_hint(&self) -> String {
        let hint = self.0.hint.as_ref().map(|hint| format!("; {}", one_line(hint))).unwrap_or_default();
        format!("{self}{hint}")
    }

    /// A required argument is missing; `flag` names it, such as `--name <NAME>`.
    pub(crate) fn not_given(flag: &str, field: &str) -> Self {
        Self::new(ErrorCode::MissingValue, format!("{flag} is required")).field(field)
    }

    /// Prints the failure on stderr and returns the exit code. `committed` says whether the database was changed before.
    pub(crate) fn report(mut self, format: ErrorFormat, committed: bool) -> ExitCode {
        let failure = &mut self.0;
        if committed {
            // The change is saved and only its receipt is lost, which a caller must not mistake for a closed pipe.
            if failure.exit == Exit::Pipe {
                (failure.exit, failure.code) = (Exit::Io, ErrorCode::Io);
            }
            // Failures about emails come after the result was printed and need no such hint.
            if failure.exit == Exit::Io {
                failure.hint.get_or_insert("the change is saved; only its result could not be printed".to_owned());
            }
        } else if failure.exit == Exit::Pipe {
            return ExitCode::from(Exit::Pipe as u8);
        }
        let reported = failure.details.iter().map(|detail| &*detail.0).chain([&**failure]);
        let text: String = reported
            .map(|failure| match format {
                ErrorFormat::Json => failure.as_json(committed),
                ErrorFormat::Text { colour } => failure.as_text(colour),
            })
            .collect();
        // If stderr cannot be written, the exit code still reports the failure.
        let _ = io::stderr().write_all(text.as_bytes());
        ExitCode::from(failure.exit as u8)
    }
}

impl FailureParts {
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

/// Escapes a text and its line breaks, so that it stays one line of a terminal.
fn one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n")
}

/// The format of failures on stderr.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ErrorFormat {
    Text { colour: bool },
    Json,
}

/// Place and message on one line, for the wizard.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { file, line, column }) = &self.0.place {
            write!(f, "{}:{line}:{column}: ", one_line(file))?;
        }
        f.write_str(&one_line(&self.0.message))
    }
}

impl Failure {
    /// A failure of the database, the files or the program, which no other request would avoid.
    fn of_system(error: Error, message: String) -> Self {
        let failure = |code| Self::new(code, message.clone());
        match error {
            Error::ClockBehind { .. } => failure(ErrorCode::WrongClock)
                .hint("nothing was posted; set the clock or, if it is right and the entry's time is wrong, add --accept-clock"),
            Error::Busy { .. } => failure(ErrorCode::Busy)
                .hint("nothing was changed; try again, or wait longer with --wait <SECONDS>"),
            Error::Foreign { .. } => failure(ErrorCode::ForeignDatabase),
            Error::NewerSchema { .. } => {
                failure(ErrorCode::NewerSchema).hint("use that version of ssgctl, or a later one")
            }
            Error::OlderSchema { path, found, .. } => failure(ErrorCode::OlderSchema).hint(upgrade_hint(&path, found)),
            Error::Damaged(_) => failure(ErrorCode::Damaged).hint("list the damage with `ssgctl db check`"),
            Error::UnsafeSqlite(_) => failure(ErrorCode::UnsafeSqlite),
            Error::Io { .. } => failure(ErrorCode::Io),
            Error::UnsafeFile { ref path, problem } => {
                let command = if problem == OTHER_OWNER { "chown \"$(id -u)\"" } else { "chmod 600" };
                failure(ErrorCode::UnsafeFile).hint(format!("run `{command} {}`", path.display()))
            }
            Error::OwnerNotKept { .. } => failure(ErrorCode::UnsafeFile)
                .hint("run it as root or as the owner of the file, or write a new file and install it"),
            Error::LockFile { .. } => failure(ErrorCode::UnsafeFile),
            Error::Secret(_) => failure(ErrorCode::Secret).hint(KEY_HINT),
            Error::OtherKey { .. } => failure(ErrorCode::Secret)
                .hint("name the key file of this database with SSGCTL_KEY_FILE or key_file in [secrets]"),
            Error::Email(_) => failure(ErrorCode::Mail),
            _ => failure(ErrorCode::Internal),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        let failure = |code| Self::new(code, message.clone());
        match error {
            Error::NotFound { .. } | Error::AccountOfCustomer { .. } => {
                failure(ErrorCode::NotFound).maybe_hint(name_hint(&error))
            }
            Error::NoDatabase { .. } => failure(ErrorCode::NoDatabase)
                .hint("check the path and that its disk is mounted; `ssgctl db init` creates a new database there"),
            Error::FileExists { .. } => failure(ErrorCode::Exists),
            Error::Exists { field, .. } | Error::Fixed { field, .. } => failure(ErrorCode::Exists).field(field),
            Error::Differs { .. } => {
                failure(ErrorCode::Exists).hint("nothing was changed; add --update to change existing records")
            }
            Error::Ambiguous { entity: EntityKind::Balance, .. } => {
                failure(ErrorCode::Ambiguous).hint("choose one with --unit")
            }
            Error::Ambiguous { .. } => failure(ErrorCode::Ambiguous).hint("use its number instead"),
            Error::PlanOrAccount { .. } => {
                failure(ErrorCode::Ambiguous).hint("say which is meant with --as plan or --as account")
            }
            Error::PastPrice { .. } => failure(ErrorCode::Refused).hint(PAST_HINT),
            Error::KeyConflict { .. } | Error::RepriceConflict { .. } => {
                failure(ErrorCode::KeyConflict).field("key").hint("nothing was posted; use a new key for a new change")
            }
            Error::Contradiction { field, .. } => failure(ErrorCode::Contradiction).field(field),
            Error::AlreadyReversed { .. } => failure(ErrorCode::AlreadyReversed).field("entry"),
            Error::ChangedMeanwhile { .. } => failure(ErrorCode::ChangedMeanwhile)
                .hint("nothing was saved; read the current state and repeat the change"),
            Error::KnownFile { .. } => failure(ErrorCode::Refused)
                .hint("its messages would be charged once more; add --override-account if that is meant"),
            Error::Archived { again: true, .. } => failure(ErrorCode::Archived),
            Error::Archived { entity, .. } => failure(ErrorCode::Archived)
                .hint(format!("unarchive it first; see `ssgctl help {} unarchive`", entity.as_str())),
            Error::NotArchived { .. } => failure(ErrorCode::NotArchived),
            Error::InsufficientBalance { .. } => failure(ErrorCode::InsufficientBalance)
                .field("amount")
                .hint("nothing was posted; add --allow-negative to post it anyway"),
            Error::Overflow { .. } => failure(ErrorCode::Overflow),
            Error::NoRecipient { customer, of_invoice: of } => failure(ErrorCode::Refused).hint(to_hint(&customer, of)),
            Error::GracePeriod { .. } => failure(ErrorCode::Refused)
                .hint("nothing was changed; rotate later, or add --end-previous if the customer uses the current password"),
            Error::Pruned { before } => failure(ErrorCode::Refused)
                .hint(format!("begin with --from {before}, and adjust what was charged before by hand")),
            Error::Reserved { before, .. } => failure(ErrorCode::Refused)
                .hint(format!("end them first: `ssgctl traffic expire --before {before}`")),
            Error::Unpriced { .. } | Error::NoPrice { .. } => failure(ErrorCode::NoPrice)
                .hint("set one with `ssgctl price set PLAN DESTINATION PRICE`; the destination `default` is for everything else"),
            Error::SharedPlan { plan, .. } => failure(ErrorCode::Refused)
                .hint(format!("change it for all with `ssgctl price set {plan} default PRICE`, or name another --plan")),
            Error::TaxUndecided { customer, reason, .. } => {
                failure(ErrorCode::TaxUndecided).hint(tax_hint(&customer, reason))
            }
            Error::Refused(_) | Error::OtherAccount { .. } => failure(ErrorCode::Refused),
            Error::Input { code, .. } => failure(code.into()).exit(Exit::BadInput),
            Error::Rows(faults) => Self::of_file("the file", faults),
            Error::Invalid { field, .. } => failure(ErrorCode::BadValue).field(field),
            other => Self::of_system(other, message),
        }
    }
}
