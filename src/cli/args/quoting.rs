//! The option that says how a CSV file is quoted.

use clap::Args;
use ssgctl::formats::Quoting;

/// How the file is quoted.
#[derive(Debug, Args)]
#[group(id = "quoted")]
pub(crate) struct QuotingArgs {
    /// Quoting of CSV: csv, none (`mysql --batch`) or backslash (MySQL's OUTFILE) [default: csv]
    ///
    /// `csv`: fields may be in double quotes, which are doubled inside. `none`: quotes are ordinary characters and a
    /// backslash escapes the character after it, as `mysql --batch` writes. `backslash`: fields may be in double
    /// quotes, and a backslash escapes the character after it, as MySQL's `INTO OUTFILE … OPTIONALLY ENCLOSED BY '"'`
    /// writes. In the last two, an unquoted NULL or \N is an empty field. A tab-separated file that has neither CRLF
    /// nor a byte order mark may be of a spreadsheet or of MySQL, and is refused at the first quote or backslash unless
    /// you say which.
    #[arg(long = "quoting", value_name = "KIND")]
    pub(crate) kind: Option<Quoting>,
}
