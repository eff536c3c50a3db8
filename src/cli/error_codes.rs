//! The error codes, one table: the word that programs read, the exit codes it comes with, and what it means. The man page of
//! `ssgctl` prints it.

use ssgctl::error::InputError;

use crate::exit_codes::Exit;

/// Declares the error codes and the table of them.
macro_rules! error_codes {
    ($($variant:ident $word:literal [$($exit:ident),+] $meaning:literal;)*) => {
        /// What went wrong, as a word. The words are a contract with scripts: words may be added, none changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum ErrorCode {
            $(#[doc = $meaning] $variant,)*
        }

        impl ErrorCode {
            /// Every error code, in alphabetical order.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word itself.
            pub(crate) const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The exit codes it comes with, the usual one first.
            pub(crate) const fn exits(self) -> &'static [Exit] {
                match self { $(Self::$variant => &[$(Exit::$exit),+],)* }
            }

            /// What it means.
            pub(crate) const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

error_codes! {
    AlreadyReversed "already_reversed" [Conflict] "The entry was reversed before.";
    Ambiguous "ambiguous" [Usage, BadInput] "The name stands for more than one record.";
    Archived "archived" [Refused] "The record is archived and cannot be changed.";
    BadDocument "bad_document" [BadInput] "The file is not a document of `ssgctl export`, or one of its lines is wrong.";
    BadEncoding "bad_encoding" [BadInput] "The file is not UTF-8 text.";
    BadHeader "bad_header" [BadInput] "The header line lacks a column or has one twice.";
    BadInput "bad_input" [BadInput] "The file has errors; each was printed before this one.";
    BadJson "bad_json" [BadInput] "The text is not JSON of the expected form.";
    BadQuote "bad_quote" [BadInput] "A quoted CSV field is not closed, or text follows its closing quote.";
    BadRow "bad_row" [BadInput] "The row has another form than its file, such as too many fields.";
    BadValue "bad_value" [BadInput, Usage] "The value breaks its rule.";
    Busy "busy" [Busy] "Another process kept the database locked for too long.";
    ChangedMeanwhile "changed_meanwhile" [Conflict, BadInput] "The record or file changed between reading and writing.";
    CheckFailed "check_failed" [CheckFailed] "`ssgctl db check` found errors in the database.";
    Config "config" [Config] "The configuration file is wrong or lacks a setting.";
    Contradiction "contradiction" [Conflict] "A message was reported before with other content that matters for money.";
    CutOff "cut_off" [BadInput] "The file ends in the middle of a row.";
    Damaged "damaged" [BadDatabase] "The database is damaged.";
    Exists "exists" [Conflict] "The name is taken, or the file or record exists already.";
    ForeignDatabase "foreign_database" [BadDatabase] "The file is not an ssgctl database.";
    InsufficientBalance "insufficient_balance" [Refused] "The balance would fall below its credit limit.";
    Internal "internal" [Internal] "A bug in the program.";
    Interrupted "interrupted" [Interrupted] "A question was interrupted; nothing was changed.";
    Io "io" [Io] "Reading or writing failed.";
    KeyConflict "key_conflict" [Conflict] "The key was used before for another change.";
    Mail "mail" [Config] "Email is not configured as it must be.";
    MailAttention "mail_attention" [MailAttention] "Emails failed for good or may not have arrived, or a warning has no recipient.";
    MailDeferred "mail_deferred" [MailDeferred] "Emails wait for the next run.";
    MissingValue "missing_value" [Usage, BadInput] "A value that is required is missing.";
    NeverRan "never_ran" [NotFound] "`ssgctl balance check` has never run on this database.";
    NewerSchema "newer_schema" [BadDatabase] "A newer ssgctl wrote the database.";
    NoDatabase "no_database" [NotFound] "There is no database at this path.";
    NoFile "no_file" [NotFound] "There is no file at this path.";
    NoHeader "no_header" [BadInput] "The file is empty and has no header line.";
    NoHome "no_home" [Config] "There is no home folder to find files in.";
    NotAFile "not_a_file" [BadInput] "The path names a folder or a device.";
    NotArchived "not_archived" [Refused] "The record is not archived.";
    NotAsExpected "not_as_expected" [BadInput] "The file is not what --expect-rows or --sha256 says.";
    NotConfirmed "not_confirmed" [Refused] "The answer was no; nothing was changed.";
    NotFound "not_found" [NotFound] "There is no such customer, account or record.";
    OlderSchema "older_schema" [BadDatabase] "An older ssgctl wrote the database.";
    Overflow "overflow" [Refused] "The amount or time would be out of range.";
    Pipe "pipe" [Pipe] "The reader of the output went away.";
    Refused "refused" [Refused] "A rule forbids it.";
    Secret "secret" [Config] "A password cannot be decrypted, or the key file is not a key.";
    TooLong "too_long" [BadInput] "A text, field or line exceeds its limit.";
    UnsafeFile "unsafe_file" [Config] "Other users may read or change a file that must be private.";
    UnsafeSqlite "unsafe_sqlite" [BadDatabase] "The linked SQLite can lose committed data and is not used.";
    Usage "usage" [Usage] "The arguments are wrong.";
}

impl ErrorCode {
    /// The usual exit code.
    pub(crate) const fn exit(self) -> Exit {
        self.exits()[0]
    }
}

impl From<InputError> for ErrorCode {
    fn from(error: InputError) -> Self {
        match error {
            InputError::BadDocument => Self::BadDocument,
            InputError::BadEncoding => Self::BadEncoding,
            InputError::BadHeader => Self::BadHeader,
            InputError::BadJson => Self::BadJson,
            InputError::BadQuote => Self::BadQuote,
            InputError::BadRow => Self::BadRow,
            InputError::BadValue => Self::BadValue,
            InputError::ChangedMeanwhile => Self::ChangedMeanwhile,
            InputError::CutOff => Self::CutOff,
            InputError::MissingValue => Self::MissingValue,
            InputError::NoHeader => Self::NoHeader,
            InputError::TooLong => Self::TooLong,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_unique_and_in_order() {
        assert!(ErrorCode::ALL.is_sorted_by(|one, next| one.word() < next.word()));
    }

    #[test]
    fn every_exit_code_of_a_failure_has_an_error_code() {
        let without = [Exit::Success, Exit::Terminated];
        for exit in Exit::ALL.iter().filter(|exit| !without.contains(exit)) {
            assert!(ErrorCode::ALL.iter().any(|code| code.exits().contains(exit)), "{exit:?}");
        }
    }
}
