//! Dispatch: sends the emails of the outbox and records what became of each.
//!
//! One process at a time dispatches from a database, by a [`DispatchLock`]. Each email is claimed in a committed transaction,
//! sent outside any transaction, and its outcome committed together with the claim of the next. A run that is killed leaves
//! one email uncertain, and no other; the next [`Dispatcher::check`] finds it.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::mail::{MailTransport, TemplateRenderer};
use crate::model::{
    CheckCounts, CheckRun, EmailAddress, EmailState, Origin, OutboxEmail, Password, RenderedEmail, SendOutcome,
};
use crate::ops::outbox;
use crate::ops::smpp::delete_lapsed_passwords;
use crate::ops::warning::{self, Judgement};
use crate::store::vault::Vault;
use crate::store::{OutboxFilter, Snapshot, Store, Tx};

/// How long new emails wait for another dispatch to end. One that takes longer will find them, too.
const PATIENCE: Duration = Duration::from_secs(5);

/// How a vault is opened.
pub type Keys<'a> = &'a dyn Fn() -> Result<Vault>;

/// The right to send from the outbox of a database. The kernel releases it with its process.
#[derive(Debug)]
pub struct DispatchLock {
    _file: File,
}

impl DispatchLock {
    /// Takes the lock; `None` when another process has it.
    pub fn take(store: &Store) -> Result<Option<Self>> {
        let mut name = store.path().as_os_str().to_owned();
        name.push(".check");
        let failed = |error: std::io::Error| Error::io(format_args!("lock {}", name.display()), &error);
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&name).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// Takes the lock as soon as it is free; `None` when that takes longer than `patience`.
    pub fn take_within(store: &Store, patience: Duration) -> Result<Option<Self>> {
        let deadline = Instant::now() + patience;
        loop {
            match Self::take(store)? {
                None if Instant::now() < deadline => thread::sleep(Duration::from_millis(50)),
                lock => return Ok(lock),
            }
        }
    }
}

/// What happens during a dispatch, for progress and warnings while it goes on.
#[derive(Debug)]
pub enum DispatchEvent<'a> {
    /// The threshold crossings that a check found are saved, and their emails are queued.
    Judged(&'a Judgement),
    /// The outcome of an email is saved.
    Recorded(&'a CheckCounts),
}

/// What became of the emails of a dispatch.
#[derive(Debug, Clone, Default)]
pub struct DispatchOutcome {
    pub counts: CheckCounts,
    /// The email that most needs attention: one that failed, else one that is uncertain, else one that is still pending;
    /// the newest of them.
    pub worst: Option<OutboxEmail>,
}

/// What a check found and did.
#[derive(Debug)]
pub struct CheckOutcome {
    /// The run as it is recorded.
    pub run: CheckRun,
    pub judgement: Judgement,
    pub dispatched: DispatchOutcome,
}

/// Sends emails from the outbox of a database.
pub struct Dispatcher<'a> {
    pub store: &'a mut Store,
    pub origin: &'a Origin,
    /// Opens the vault when an email that contains a password needs it.
    pub keys: Keys<'a>,
    /// How long a round goes on to begin sending emails.
    pub run_time: Duration,
    pub watch: &'a mut dyn FnMut(DispatchEvent<'_>),
    /// Whether anything was saved: an error after that does not mean that nothing happened.
    pub committed: bool,
}

impl Dispatcher<'_> {
    /// The run of `balance check`: finds balances that crossed a threshold, queues their emails, and sends every email that
    /// is due. `None` when another process is dispatching.
    ///
    /// `internal` are the operator's own addresses. `connect` prepares the transport; it is called outside the write lock,
    /// and only when an email may have to be sent.
    ///
    /// # Errors
    /// Those of `connect`, when an email is due. Then no crossing is recorded, and the next run finds it again.
    pub fn check<E: From<Error>>(
        &mut self,
        internal: &[EmailAddress],
        renderer: &TemplateRenderer,
        connect: impl FnOnce() -> Result<Box<dyn MailTransport>, E>,
    ) -> Result<Option<CheckOutcome>, E> {
        let Some(_lock) = DispatchLock::take(self.store)? else { return Ok(None) };
        let transport = if is_idle(&self.store.read()?)? { None } else { Some(connect()) };
        let (mut abandoned, judgement, transport) = self.write(|tx| {
            let abandoned = outbox::find_abandoned(tx)?;
            let judgement = warning::judge(tx, internal, &|notice| renderer.compose(notice))?;
            outbox::begin_run(tx)?;
            let transport = if tx.count_due(outbox::due(tx)?)? > 0 { transport.transpose()? } else { None };
            Ok::<_, E>((abandoned, judgement, transport))
        })?;
        (self.watch)(DispatchEvent::Judged(&judgement));
        let counts = CheckCounts {
            crossings: count(judgement.judged.len()),
            queued: count(judgement.judged.iter().map(|judged| judged.emails.len()).sum()),
            uncertain: count(abandoned.len()),
            ..CheckCounts::default()
        };
        let mut dispatched = DispatchOutcome { counts, worst: abandoned.pop() };
        // A run that cannot go on is recorded all the same.
        let sent = match transport {
            Some(mut transport) => self.send(Round::Due, transport.as_mut(), &mut dispatched),
            None => Ok(()),
        };
        let run = self.write(|tx| {
            outbox::end_run(tx, dispatched.counts)?;
            tx.last_check_run()?.ok_or_else(|| Error::Internal("a check just recorded is not there".to_owned()))
        })?;
        sent?;
        Ok(Some(CheckOutcome { run, judgement, dispatched }))
    }

    /// Sends emails that were just queued. `None` when another process has been dispatching for too long: the emails stay
    /// in the outbox for a later run.
    pub fn send_new(
        &mut self,
        emails: &[OutboxEmail],
        transport: &mut dyn MailTransport,
    ) -> Result<Option<DispatchOutcome>> {
        let Some(_lock) = DispatchLock::take_within(self.store, PATIENCE)? else { return Ok(None) };
        let mut outcome = DispatchOutcome::default();
        self.send(Round::Of(emails.iter().map(|email| email.id).collect()), transport, &mut outcome)?;
        Ok(Some(outcome))
    }

    /// Sends one email at once, and does not keep it for a later run if that fails. `None` when another process is
    /// dispatching.
    pub fn send_once(
        &mut self,
        to: &EmailAddress,
        content: &RenderedEmail,
        transport: &mut dyn MailTransport,
    ) -> Result<Option<OutboxEmail>> {
        // A check takes claimed emails for those of a run that died, so none may begin meanwhile.
        let Some(_lock) = DispatchLock::take(self.store)? else { return Ok(None) };
        let email = self.write(|tx| {
            let email = outbox::queue(tx, None, None, to, content)?;
            outbox::claim_one(tx, email)
        })?;
        let outcome = transport.send(&email);
        let email = self.write(|tx| {
            let email = outbox::record(tx, email, &outcome)?;
            match email.state {
                EmailState::Pending | EmailState::Uncertain => outbox::cancel(tx, email.id),
                _ => Ok(email),
            }
        })?;
        Ok(Some(email))
    }

    /// Sends the emails of a round. Those for which there was no time, or no server, count as deferred.
    fn send(
        &mut self,
        mut round: Round,
        transport: &mut dyn MailTransport,
        outcome: &mut DispatchOutcome,
    ) -> Result<()> {
        let (deadline, keys) = (Instant::now() + self.run_time, self.keys);
        let mut claimed = self.write(|tx| round.claim(tx, keys))?;
        while let Some(Claimed { email, password }) = claimed {
            let sent = send_one(transport, &email, password);
            let goes_on = !transport.is_down() && Instant::now() < deadline;
            let (email, next, left) = self.write(|tx| {
                let email = outbox::record(tx, email, &sent)?;
                let next = if goes_on { round.claim(tx, keys)? } else { None };
                let left = if goes_on { 0 } else { round.left(tx)? };
                Ok::<_, Error>((email, next, left))
            })?;
            claimed = next;
            outcome.add(email, left);
            (self.watch)(DispatchEvent::Recorded(&outcome.counts));
        }
        Ok(())
    }

    fn write<T, E: From<Error>>(&mut self, act: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut tx = self.store.write(self.origin)?;
        delete_lapsed_passwords(&mut tx)?;
        let done = act(&mut tx)?;
        tx.commit()?;
        self.committed = true;
        Ok(done)
    }
}

/// Whether there is nothing to send and no crossing that could queue an email.
fn is_idle(snapshot: &Snapshot<'_>) -> Result<bool> {
    let waiting = OutboxFilter { waiting: true, limit: Some(1), ..OutboxFilter::default() };
    Ok(snapshot.emails_of(&waiting)?.is_empty() && snapshot.warnings_crossed()?.is_empty())
}

/// Sends an email with the password that it contains. The transport's answer is stored, so the password is taken out of it.
fn send_one(transport: &mut dyn MailTransport, email: &OutboxEmail, password: Result<Option<Password>>) -> SendOutcome {
    match password {
        Ok(None) => transport.send(email),
        Ok(Some(password)) => {
            let content = email.content.clone().telling(&password);
            transport.send(&OutboxEmail { content, ..email.clone() }).without(&password)
        }
        Err(error) => SendOutcome::Deferred(error.to_string()),
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl DispatchOutcome {
    /// Counts an email, and those that are left because the dispatch ends with it.
    fn add(&mut self, email: OutboxEmail, left: u32) {
        let counts = &mut self.counts;
        match email.state {
            EmailState::Sent => counts.sent += 1,
            EmailState::Failed => counts.failed += 1,
            EmailState::Uncertain => counts.uncertain += 1,
            _ => counts.deferred += 1,
        }
        counts.deferred += left;
        let known = self.worst.as_ref().map_or(0, urgency);
        if urgency(&email) > 0 && urgency(&email) >= known {
            self.worst = Some(email);
        }
    }
}

/// How much an email needs attention; 0 when it needs none.
fn urgency(email: &OutboxEmail) -> u8 {
    match email.state {
        EmailState::Failed => 3,
        EmailState::Uncertain => 2,
        EmailState::Pending => 1,
        _ => 0,
    }
}

/// Which emails are sent.
enum Round {
    /// Every email that is due.
    Due,
    /// Emails that were just queued, by their IDs.
    Of(Vec<i64>),
}

/// A claimed email, and the password that it contains or why that cannot be read. The password is in memory only between
/// claim and outcome.
struct Claimed {
    email: OutboxEmail,
    password: Result<Option<Password>>,
}

impl Round {
    /// Claims the next email.
    fn claim(&mut self, tx: &mut Tx<'_>, keys: Keys<'_>) -> Result<Option<Claimed>> {
        let email = match self {
            Self::Due => outbox::claim(tx, 1)?.pop(),
            Self::Of(ids) => claim_first(tx, ids)?,
        };
        Ok(email.map(|email| Claimed { password: outbox::password_told(tx, keys, &email), email }))
    }

    /// How many emails are still to be sent.
    fn left(&self, tx: &Tx<'_>) -> Result<u32> {
        match self {
            Self::Due => tx.count_due(outbox::due(tx)?),
            Self::Of(ids) => Ok(count(ids.len())),
        }
    }
}

/// Claims the first of these emails that is still pending: another run may have sent some since they were queued.
fn claim_first(tx: &mut Tx<'_>, ids: &mut Vec<i64>) -> Result<Option<OutboxEmail>> {
    while !ids.is_empty() {
        let email = tx.email(ids.remove(0))?;
        if email.state == EmailState::Pending {
            return outbox::claim_one(tx, email).map(Some);
        }
    }
    Ok(None)
}
