//! The table of error codes: the word that programs read, its exit codes and its meaning. The man page of `ssgctl` and
//! `docs/scripting.md` are made from it or checked against it.

use ssgctl::error::InputError;

use crate::exit_codes::Exit;

/// Declares the enum and its table in one place, so that they cannot disagree.
macro_rules! error_codes {
    ($($variant:ident $word:literal [$($exit:ident),+] $meaning:literal;)*) => {
        /// What went wrong, as a word. The words are a contract with scripts: words are added, but never change their meaning.
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

            /// Its exit codes, the usual one first.
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
    AlreadyReversed "already_reversed" [Conflict] "The entry was already reversed.";
    Ambiguous "ambiguous" [Usage, BadInput] "The name matches more than one record.";
    Archived "archived" [Refused] "The record is archived and cannot be changed.";
    BadDocument "bad_document" [BadInput] "The file was not written by `ssgctl export`, or one of its lines is invalid.";
    BadEncoding "bad_encoding" [BadInput] "The file is not UTF-8 text.";
    BadHeader "bad_header" [BadInput] "The header line lacks a required column or repeats one.";
    BadInput "bad_input" [BadInput] "The file has errors. Each was printed before this one.";
    BadJson "bad_json" [BadInput] "The text is not valid JSON or has an unexpected structure.";
    BadQuote "bad_quote" [BadInput] "A quoted CSV field has no closing quote, or text follows the closing quote.";
    BadRow "bad_row" [BadInput] "The row does not match the header, for example it has too many fields.";
    BadValue "bad_value" [BadInput, Usage] "The value is invalid.";
    Busy "busy" [Busy] "The database stayed locked by another process.";
    ChangedMeanwhile "changed_meanwhile" [Conflict, BadInput] "The record or file changed between reading and writing.";
    CheckFailed "check_failed" [CheckFailed] "`ssgctl db check` found errors in the database.";
    Config "config" [Config] "The configuration file is invalid or lacks a setting.";
    Contradiction "contradiction" [Conflict] "The message was imported before with different content that changes its charge.";
    CutOff "cut_off" [BadInput] "The file ends in the middle of a row.";
    Damaged "damaged" [BadDatabase] "The database is damaged.";
    Differs "differs" [CheckFailed] "A file, a gateway or a proof does not agree with the database.";
    Exists "exists" [Conflict] "The name is in use, or the file or record already exists.";
    ForeignDatabase "foreign_database" [BadDatabase] "The file is not an ssgctl database.";
    InsufficientBalance "insufficient_balance" [Refused] "The balance would fall below its credit limit.";
    Internal "internal" [Internal] "A bug in the program.";
    Interrupted "interrupted" [Interrupted] "A prompt was interrupted. Nothing was changed.";
    Io "io" [Io] "Reading or writing failed.";
    KeyConflict "key_conflict" [Conflict] "The key already belongs to another change.";
    Mail "mail" [Config] "The email configuration is incomplete or invalid.";
    MailAttention "mail_attention" [MailAttention] "Some emails failed permanently or may not have arrived, or a warning has no recipient.";
    MailDeferred "mail_deferred" [MailDeferred] "Some emails are pending until the next run.";
    MissingValue "missing_value" [Usage, BadInput] "A required value is missing.";
    NeverRan "never_ran" [NotFound] "`ssgctl balance check` has never run on this database.";
    NewerSchema "newer_schema" [BadDatabase] "The database was written by a newer ssgctl.";
    NoDatabase "no_database" [NotFound] "No database exists at this path.";
    NoFile "no_file" [NotFound] "No file exists at this path.";
    NoHeader "no_header" [BadInput] "The file is empty, so it has no header line.";
    NoHome "no_home" [Config] "The home folder is unknown, so the default paths are unknown too.";
    NoPrice "no_price" [NotFound, BadInput] "No price plan has a price for the destination at that time.";
    NotAFile "not_a_file" [BadInput] "The path is a folder or a device.";
    NotArchived "not_archived" [Refused] "The record is not archived.";
    NotAsExpected "not_as_expected" [BadInput] "The file does not match --expect-rows or --sha256.";
    NotConfirmed "not_confirmed" [Refused] "The change was not confirmed. Nothing was changed.";
    NotFound "not_found" [NotFound] "The customer, account or record does not exist.";
    OlderSchema "older_schema" [BadDatabase] "The database was written by an older ssgctl.";
    Overflow "overflow" [Refused] "The amount or time is out of range.";
    Pipe "pipe" [Pipe] "The reader of the output closed the pipe.";
    Refused "refused" [Refused] "A rule forbids the change.";
    Secret "secret" [Config] "A password cannot be decrypted, or the key file does not contain a key.";
    TaxUndecided "tax_undecided" [Refused] "The rules do not say how the invoice is taxed.";
    TooLong "too_long" [BadInput] "A text, field or line is too long.";
    Unmatched "unmatched" [CheckFailed] "Entries of a bank's file are left for a person to record.";
    UnsafeFile "unsafe_file" [Config] "Other users can read or change a file, or it has an owner that the program does not accept or cannot keep.";
    UnsafeSqlite "unsafe_sqlite" [BadDatabase] "The linked SQLite version can lose committed data and is not used.";
    Usage "usage" [Usage] "The arguments are invalid.";
    WrongClock "wrong_clock" [Refused] "The newest ledger entry is dated more than 5 minutes ahead of the clock.";
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
