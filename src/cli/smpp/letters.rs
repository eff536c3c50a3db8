//! Letters that hand SMPP accounts over. What they need is found before anything is changed: nothing is recorded that cannot
//! be told.

use ssgctl::mail::{Carrier, Writer};
use ssgctl::model::{EmailAddress, Gateway, Handover, Letter, LetterKind};
use ssgctl::ops::handover;
use ssgctl::store::Tx;

use crate::change::WhyArgs;
use crate::context::Context;
use crate::exit::{Exit, Failure, Result};
use crate::post::{self, Posted};

/// Who writes the letters, what they tell of the gateway, and who takes them away.
pub(crate) struct AccountLetters {
    gateway: Gateway,
    writer: Writer,
    carrier: Box<dyn Carrier>,
}

impl AccountLetters {
    /// Gets ready to write.
    ///
    /// # Errors
    /// One of configuration, when letters could not be written or sent.
    pub(crate) fn prepare(context: &Context) -> Result<Self> {
        let writer = context.settings.mail.writer()?;
        writer.can_sign(LetterKind::Welcome)?;
        let carrier = context.settings.mail.transport()?.carrier()?;
        Ok(Self { gateway: context.gateway_to_tell()?, writer, carrier })
    }

    /// Queues a letter of an account to the addresses given, else to those at its customer who are told.
    pub(crate) fn queue(
        &self,
        tx: &mut Tx<'_>,
        kind: LetterKind,
        account: &str,
        to: Option<&[EmailAddress]>,
        tells_password: bool,
    ) -> Result<(Handover, Vec<Letter>)> {
        let pack = handover::pack(tx, account, &self.gateway, tx.at())?;
        let to = match to {
            Some(to) => to.to_vec(),
            None => handover::recipients(tx, &pack.customer)?,
        };
        if to.is_empty() {
            let message = format!("no contact of {} has an email address", pack.customer.account_code);
            return Err(Failure::new(Exit::Refused, "refused", message)
                .hint("`ssgctl contact add` one, or name an address with `ssgctl smpp handover --to`"));
        }
        let composed = self.writer.compose_handover(kind, &pack, tells_password)?;
        let letters = handover::send(tx, &pack, &to, &composed)?;
        Ok((pack, letters))
    }

    /// Sends letters that were queued and saved.
    pub(crate) fn send(mut self, context: &mut Context, why: &WhyArgs, letters: Vec<Letter>) -> Result<Posted> {
        post::send_new(context, why, letters, self.carrier.as_mut())
    }
}
