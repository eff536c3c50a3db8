//! `ssgctl completions`.

use clap::{Args, ValueEnum};

use crate::context::Context;
use crate::exit::Result;

/// Print what makes a shell complete ssgctl's commands, options and names
///
/// The line asks the program itself whenever the shell completes, so it never goes stale.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  echo 'source <(ssgctl completions bash)' >> ~/.bashrc
  ssgctl completions zsh > ~/.zfunc/_ssgctl
  ssgctl completions fish > ~/.config/fish/completions/ssgctl.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
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
