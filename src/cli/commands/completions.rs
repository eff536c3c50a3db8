//! `ssgctl completions`: prints the code that loads completions into a shell.

use clap::{Args, ValueEnum};

use crate::context::Context;
use crate::exit::Result;

/// Print the shell code that completes commands, options and names
///
/// The code asks ssgctl for candidates each time you press Tab, so you never need to update it. Candidates include the
/// customers, accounts and services in the database.
///
/// In bash, source the code in ~/.bashrc. In fish, write it to the folder of completions; fish has no `source <(…)`. In
/// zsh, source it in ~/.zshrc after `autoload -U compinit && compinit`, or write it to a folder of $fpath as _ssgctl.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  echo 'source <(ssgctl completions bash)' >> ~/.bashrc
  echo 'autoload -U compinit && compinit && source <(ssgctl completions zsh)' >> ~/.zshrc
  mkdir -p ~/.config/fish/completions && ssgctl completions fish > ~/.config/fish/completions/ssgctl.fish
  ssgctl completions fish | source")]
pub(crate) struct CompletionsArgs {
    /// Shell to print the code for
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

pub(crate) fn run(args: &CompletionsArgs, context: &mut Context) -> Result<()> {
    let loader = match args.shell {
        Shell::Bash => "# Completion of ssgctl in bash.\nsource <(COMPLETE=bash ssgctl)\n",
        Shell::Zsh => {
            "#compdef ssgctl\n# Completion of ssgctl in zsh.\nsource <(COMPLETE=zsh ssgctl)\n\
             if [ \"$funcstack[1]\" = \"_ssgctl\" ]; then _clap_dynamic_completer_ssgctl \"$@\"; fi\n"
        }
        Shell::Fish => "# Completion of ssgctl in fish.\nCOMPLETE=fish ssgctl | source\n",
    };
    context.output.text(loader.as_bytes())
}
