//! Arguments that commands share, and the commands that every entity has alike: `import` and `export`.

pub(crate) mod amount;
pub(crate) mod change;
pub(crate) mod clock;
pub(crate) mod completion;
pub(crate) mod confusable;
pub(crate) mod day;
pub(crate) mod effective;
pub(crate) mod export;
pub(crate) mod help;
pub(crate) mod import;
pub(crate) mod input;
pub(crate) mod list;
pub(crate) mod misread;
pub(crate) mod moment;
pub(crate) mod named_command;
pub(crate) mod named_period;
pub(crate) mod newcomer;
pub(crate) mod period;
pub(crate) mod quoting;
mod span;
mod synonyms;
pub(crate) mod unset;
pub(crate) mod usage;
pub(crate) mod vat_number;
