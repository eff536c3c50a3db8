//! Interaction with a person at a terminal: confirmations and passwords, the editor and the wizard.

pub(crate) mod editor;
pub(crate) mod prompt;
pub(crate) mod wizard;
