//! The table of exit codes: what each means and what a script should do. The man pages and `docs/scripting.md` are made
//! from it or checked against it.

/// Declares the enum and its table in one place, so that they cannot disagree.
macro_rules! exit_codes {
    ($($variant:ident = $number:literal, $name:literal, $meaning:literal, $action:literal;)*) => {
        /// The exit codes. They are a contract with scripts: codes are added, but never change their meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Exit {
            $(#[doc = $meaning] $variant = $number,)*
        }

        impl Exit {
            /// Every exit code, by number.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),*];

            /// A short name, for people.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What happened.
            pub(crate) const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }

            /// What a script should do.
            pub(crate) const fn action(self) -> &'static str {
                match self { $(Self::$variant => $action,)* }
            }
        }
    };
}

exit_codes! {
    Success = 0, "success",
        "The command succeeded, or had succeeded before with the same key.",
        "Continue.";
    Internal = 1, "internal",
        "A bug in the program.",
        "Report it with the command and the error message.";
    Usage = 2, "usage",
        "The arguments are invalid. Nothing was changed.",
        "Fix the command line.";
    NotFound = 3, "not found",
        "The customer, account, record, file or database does not exist.",
        "Check the name.";
    Conflict = 4, "conflict",
        "The record or file already exists, the key belongs to another change, or another process changed the record in the meantime.",
        "Read the current state, then decide.";
    Refused = 5, "refused",
        "A rule forbids the change, such as an insufficient balance or an archived customer.",
        "Do not retry. A person must decide.";
    BadInput = 6, "bad input",
        "The input data is invalid.",
        "Fix the data at the lines that the errors name.";
    CheckFailed = 7, "check failed",
        "`ssgctl db check` found errors in the database, or a comparison found differences.",
        "After `ssgctl db check`, stop writing to the database and restore a backup; otherwise read the differences.";
    BadDatabase = 8, "bad database",
        "The database is damaged, is not an ssgctl database, or has another schema version.",
        "Follow the hint of the error.";
    Busy = 9, "busy",
        "The database stayed locked by another process. Nothing was changed.",
        "Run the same command again.";
    Io = 10, "input or output",
        "Reading or writing failed.",
        "Read `committed` in the JSON error; it says whether the change was saved.";
    MailDeferred = 11, "mail deferred",
        "Some emails could not be sent and are pending until the next run.",
        "Run `ssgctl balance check` again later, as cron does.";
    MailAttention = 12, "mail attention",
        "Some emails failed permanently or may not have arrived, or a warning has no recipient.",
        "A person must check `ssgctl mail list`.";
    Config = 13, "configuration",
        "The configuration is invalid or incomplete, the key file is missing, or file permissions are unsafe.",
        "Fix the setting or file that the error names.";
    Interrupted = 130, "interrupted",
        "The command was interrupted by SIGINT.",
        "Run the same command again.";
    Pipe = 141, "pipe",
        "The reader of the output closed the pipe.",
        "Ignore it if the reader, such as `head`, ended on purpose.";
    Terminated = 143, "terminated",
        "The command was terminated by SIGTERM.",
        "Run the same command again.";
}
