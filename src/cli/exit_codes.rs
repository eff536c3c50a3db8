//! The exit codes, one table: what each means and what a script should do about it. The man pages print it.

/// Declares the exit codes and the table of them.
macro_rules! exit_codes {
    ($($variant:ident = $number:literal, $name:literal, $meaning:literal, $action:literal;)*) => {
        /// The exit codes. They are a contract with scripts: codes may be added, none changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Exit {
            $(#[doc = $meaning] $variant = $number,)*
        }

        impl Exit {
            /// Every exit code, by number.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),*];

            /// A short name for people.
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
        "Done, or done before under the same key.",
        "Go on.";
    Internal = 1, "internal",
        "A bug in the program.",
        "Report it with the command and the error.";
    Usage = 2, "usage",
        "The arguments are wrong; nothing was changed.",
        "Fix the command line.";
    NotFound = 3, "not found",
        "There is no such customer, account, record, file or database.",
        "Check the name.";
    Conflict = 4, "conflict",
        "It exists already, the key was used for another change, or another process changed it in the meantime.",
        "Read what is stored now, then decide.";
    Refused = 5, "refused",
        "A rule forbids it, such as an insufficient balance or an archived customer.",
        "Do not retry; a person must decide.";
    BadInput = 6, "bad input",
        "The data breaks a rule.",
        "Fix the data at the lines that the errors name.";
    CheckFailed = 7, "check failed",
        "db check found errors in the database.",
        "Stop writing to it and restore a backup.";
    BadDatabase = 8, "bad database",
        "The database is damaged, not an ssgctl database, or of another schema version.",
        "Follow the hint of the error.";
    Busy = 9, "busy",
        "Another process kept the database locked for too long; nothing was changed.",
        "Run the same command again.";
    Io = 10, "input or output",
        "Reading or writing failed.",
        "Read `committed` in the JSON error: it says whether the change was saved.";
    MailDeferred = 11, "mail deferred",
        "Some emails could not be sent and wait for the next run.",
        "Run `ssgctl balance check` later; cron does.";
    MailAttention = 12, "mail attention",
        "Some emails failed for good or may not have arrived, or a warning has no recipient.",
        "A person must look at `ssgctl mail list`.";
    Config = 13, "configuration",
        "The configuration, the key or a file permission is missing or unsafe.",
        "Fix what the error names.";
    Interrupted = 130, "interrupted",
        "Interrupted by SIGINT.",
        "Run the same command again.";
    Pipe = 141, "pipe",
        "The reader of the output went away.",
        "Nothing, if the reader ended on purpose.";
    Terminated = 143, "terminated",
        "Terminated by SIGTERM.",
        "Run the same command again.";
}
