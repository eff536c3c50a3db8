//! Questions to a person at a terminal: prompts, the editor, and the wizard.

pub(crate) mod editor;
pub(crate) mod prompt;
pub(crate) mod wizard;
