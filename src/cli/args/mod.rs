//! Arguments that commands share, and the commands that every entity has alike: `import` and `export`.

pub(crate) mod change;
pub(crate) mod clock;
pub(crate) mod completion;
pub(crate) mod confusable;
pub(crate) mod day;
pub(crate) mod effective;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod input;
pub(crate) mod list;
pub(crate) mod misread;
pub(crate) mod named_command;
pub(crate) mod newcomer;
pub(crate) mod period;
pub(crate) mod quoting;
pub(crate) mod search;
pub(crate) mod unset;
pub(crate) mod usage;
