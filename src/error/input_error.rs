//! How files break the rules of their formats.

/// How a file, or a row of it, breaks the rules of its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputError {
    BadDocument,
    BadEncoding,
    BadHeader,
    BadJson,
    BadQuote,
    BadRow,
    BadValue,
    ChangedMeanwhile,
    CutOff,
    MissingValue,
    NoHeader,
    TooLong,
}
