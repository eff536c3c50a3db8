//! `ssgctl config public-key`.

use clap::Args;
use ssgctl::store::signing::SigningKey;

use crate::context::Context;
use crate::exit::Result;

/// Print the public key that checks signed statements
///
/// The key that signs is in `signing.key`, in the folder of the key file. It is created if it does not exist. Give the
/// public key to customers, who check statements with `ssgctl verify`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl config public-key > operator.pub")]
pub(crate) struct PublicKeyArgs {}

pub(crate) fn run(_: &PublicKeyArgs, context: &mut Context) -> Result<()> {
    let key = SigningKey::open_or_create(&context.settings.signing_key_file()?)?.public();
    context.output.value("public_key", &key.to_string())
}
