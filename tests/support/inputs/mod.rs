//! What nobody should type. Tests run the program on a sample of it; the program's unit tests include this folder as well and
//! parse all of it at every command, in one process (`src/cli/commands/parsing.rs`).

pub mod hostile_text;
pub mod odd_words;
pub mod wrong_values;
