//! Dispatch: sends the emails of the outbox and records the outcome of each.
//!
//! A [`DispatchLock`] allows one process at a time to dispatch from a database. Each email is claimed in a committed
//! transaction, once the transport is ready for it, and sent outside any transaction; its outcome is committed together with the
//! claim of the next email. A run that is killed therefore leaves at most one email uncertain, which the next
//! [`Dispatcher::check`] finds, and none that no server was offered.

use std::fs::{File, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::mail::round::{Claimed, Keys, Round, count, send_one};
use crate::mail::{MailTransport, TemplateRenderer};
use crate::model::{
    CheckCounts, CheckRun, EmailAddress, EmailCause, EmailState, Origin, OutboxEmail, OutgoingEmail, RenderedEmail,
    SendOutcome,
};
use crate::ops::balance::{DueCharges, PostedCharges, post_some};
use crate::ops::outbox;
use crate::ops::smpp::delete_lapsed_passwords;
use crate::ops::warning::{self, CheckFindings};
use crate::report::forecast_changes;
use crate::store::files::open_lock;
use crate::store::{OutboxFilter, Snapshot, Store, Tx};

/// How long new emails wait for another dispatch to end. A dispatch that takes longer usually sends them itself.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// How many balances are charged in one transaction.
const POSTED_AT_ONCE: usize = 1_000;

/// The exclusive right to send from the outbox of a database. The kernel releases the lock when its process ends.
#[derive(Debug)]
pub struct DispatchLock {
    _file: File,
}

impl DispatchLock {
    /// Takes the lock; `None` when another process has it.
    pub fn take(store: &Store) -> Result<Option<Self>> {
        let action = || format!("lock {}.check", store.path().display());
        let Some(file) = open_lock(store.path(), "check")? else {
            return Err(Error::Io { action: action(), reason: "the file cannot be written".to_owned() });
        };
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(Error::io(action(), &error)),
        }
    }

    /// Takes the lock as soon as it is free; `None` if that takes longer than `timeout`.
    pub fn take_within(store: &Store, timeout: Duration) -> Result<Option<Self>> {
        let deadline = Instant::now() + timeout;
        loop {
            match Self::take(store)? {
                None if Instant::now() < deadline => thread::sleep(Duration::from_millis(50)),
                lock => return Ok(lock),
            }
        }
    }
}

/// An event of a running dispatch, for progress and warnings.
#[derive(Debug)]
pub enum DispatchEvent<'a> {
    /// The crossings that a check found are committed and their emails are queued.
    Checked(&'a CheckFindings),
    /// The outcome of an email is committed.
    Recorded(&'a CheckCounts),
}

/// The result of a dispatch.
#[derive(Debug, Clone, Default)]
pub struct DispatchOutcome {
    pub counts: CheckCounts,
    /// The email that most needs attention: one that failed, else one that is uncertain, else one that is still pending;
    /// the newest of them.
    pub worst: Option<OutboxEmail>,
}

/// The result of a check.
#[derive(Debug)]
pub struct CheckOutcome {
    /// The run as it was recorded.
    pub run: CheckRun,
    pub findings: CheckFindings,
    pub dispatched: DispatchOutcome,
    /// The emails that are uncertain, of this run or an earlier one. They stay so until an operator retries or cancels them.
    pub uncertain: Vec<i64>,
    /// Why charges of earlier days could not be posted, if that failed.
    pub unposted: Option<Error>,
}

/// Sends emails from the outbox of a database.
pub struct Dispatcher<'a> {
    pub store: &'a mut Store,
    pub origin: &'a Origin,
    /// Opens the vault for an email that contains a password.
    pub keys: Keys<'a>,
    /// How long a round may start further emails.
    pub run_time: Duration,
    pub watch: &'a mut dyn FnMut(DispatchEvent<'_>),
    /// Whether anything was committed, so that an error afterwards is not reported as "nothing changed".
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
        let unposted = self.post_earlier_days().err();
        let transport = if is_idle(&self.store.read()?)? { None } else { Some(connect()) };
        let (mut abandoned, findings, transport) = self.write(|tx| {
            let abandoned = outbox::find_abandoned(tx)?;
            let mut findings = warning::check_balances(tx, internal, &|notice| renderer.compose(notice))?;
            warning::check_forecasts(tx, internal, &|notice| renderer.compose_forecast(notice), &mut findings)?;
            outbox::begin_run(tx)?;
            let transport = if tx.count_due(outbox::due(tx)?)? > 0 { transport.transpose()? } else { None };
            Ok::<_, E>((abandoned, findings, transport))
        })?;
        (self.watch)(DispatchEvent::Checked(&findings));
        let counts = CheckCounts {
            crossings: count(findings.recorded()),
            queued: count(findings.queued()),
            uncertain: count(abandoned.len()),
            ..CheckCounts::default()
        };
        let mut dispatched = DispatchOutcome { counts, worst: abandoned.pop() };
        // Record the run even if sending failed: its crossings and some emails are already committed.
        let sent = match transport {
            Some(mut transport) => self.send(Round::Due(internal), transport.as_mut(), &mut dispatched),
            None => Ok(()),
        };
        let (run, uncertain) = self.write(|tx| {
            outbox::end_run(tx, dispatched.counts)?;
            let run = tx.last_check_run()?;
            let run = run.ok_or_else(|| Error::Internal("the run just recorded is missing".to_owned()))?;
            let uncertain = OutboxFilter { state: Some(EmailState::Uncertain), ..OutboxFilter::default() };
            Ok::<_, Error>((run, tx.emails_of(&uncertain)?.iter().map(|email| email.id).collect()))
        })?;
        sent?;
        Ok(Some(CheckOutcome { run, findings, dispatched, uncertain, unposted }))
    }

    /// Posts the charges that accrued on earlier days, in transactions that let other writers have their turn. Balances are the same
    /// afterwards, so nobody misses a warning if this fails.
    fn post_earlier_days(&mut self) -> Result<()> {
        let is_due = |snapshot: &Snapshot<'_>, now| {
            let last = snapshot.last_accrual_not_of(now)?;
            Ok::<_, Error>(last > 0 && !snapshot.accrued_up_to(last, 1)?.is_empty())
        };
        let now = self.store.now();
        if !is_due(&self.store.read()?, now)? {
            return Ok(());
        }
        let mut posted = PostedCharges::default();
        while !self.write(|tx| post_some(tx, DueCharges::EarlierDays, POSTED_AT_ONCE, &mut posted))? {}
        Ok(())
    }

    /// Sends emails that were just queued. `None` when another process holds the lock for too long; the emails then stay in
    /// the outbox for a later run.
    pub fn send_new(
        &mut self,
        emails: &[OutboxEmail],
        transport: &mut dyn MailTransport,
    ) -> Result<Option<DispatchOutcome>> {
        let Some(_lock) = DispatchLock::take_within(self.store, LOCK_TIMEOUT)? else { return Ok(None) };
        let mut outcome = DispatchOutcome::default();
        self.send(Round::Of(emails.iter().map(|email| email.id).collect()), transport, &mut outcome)?;
        Ok(Some(outcome))
    }

    /// Sends one email now and cancels it if that fails, so that no later run sends it. `None` when another process is
    /// dispatching.
    pub fn send_once(
        &mut self,
        to: &EmailAddress,
        content: &RenderedEmail,
        transport: &mut dyn MailTransport,
    ) -> Result<Option<OutboxEmail>> {
        // Without the lock, a check would treat the claimed email as abandoned by a dead run.
        let Some(_lock) = DispatchLock::take(self.store)? else { return Ok(None) };
        let prepared = transport.prepare();
        let email = self.write(|tx| {
            let email = outbox::queue(tx, None, EmailCause::Command, to, content)?;
            outbox::claim_one(tx, email)
        })?;
        let outcome = match prepared {
            Ok(()) => transport.send(&OutgoingEmail { email: email.clone(), attachments: Vec::new() }),
            Err(reason) => SendOutcome::Deferred(reason),
        };
        let email = self.write(|tx| {
            let email = outbox::record(tx, email, &outcome)?;
            match email.state {
                EmailState::Pending | EmailState::Uncertain => outbox::cancel(tx, email.id),
                _ => Ok(email),
            }
        })?;
        Ok(Some(email))
    }

    /// Sends the emails of a round. Those that are left when the time is up or the server is down count as deferred.
    fn send(
        &mut self,
        mut round: Round<'_>,
        transport: &mut dyn MailTransport,
        outcome: &mut DispatchOutcome,
    ) -> Result<()> {
        let (deadline, keys) = (Instant::now() + self.run_time, self.keys);
        let mut claimed = self.prepare_and_claim(&mut round, transport, outcome)?;
        while let Some(Claimed { email, parts }) = claimed {
            let sent = send_one(transport, &email, parts);
            let goes_on = !transport.is_down() && Instant::now() < deadline;
            // An outcome is never held back by a connection that has to be made first.
            let is_ready = goes_on && transport.is_ready();
            let (email, next, left) = self.write(|tx| {
                let email = outbox::record(tx, email, &sent)?;
                let next = if is_ready { round.claim(tx, keys)? } else { None };
                let left = if goes_on { 0 } else { round.left(tx)? };
                Ok::<_, Error>((email, next, left))
            })?;
            self.recorded(outcome, email, left);
            claimed = if goes_on && !is_ready { self.prepare_and_claim(&mut round, transport, outcome)? } else { next };
        }
        Ok(())
    }

    /// Makes the transport ready and claims the next email. If the transport cannot be made ready, that counts as an attempt of
    /// the email that it would have sent, so that the next attempt waits, and the round ends.
    fn prepare_and_claim(
        &mut self,
        round: &mut Round<'_>,
        transport: &mut dyn MailTransport,
        outcome: &mut DispatchOutcome,
    ) -> Result<Option<Claimed>> {
        let keys = self.keys;
        if self.write(|tx| round.left(tx))? == 0 {
            return Ok(None);
        }
        match transport.prepare() {
            Ok(()) => self.write(|tx| round.claim(tx, keys)),
            Err(reason) => {
                let deferred = self.write(|tx| {
                    let Some(Claimed { email, .. }) = round.claim(tx, keys)? else { return Ok(None) };
                    let email = outbox::record(tx, email, &SendOutcome::Deferred(reason))?;
                    Ok::<_, Error>(Some((email, round.left(tx)?)))
                })?;
                if let Some((email, left)) = deferred {
                    self.recorded(outcome, email, left);
                }
                Ok(None)
            }
        }
    }

    /// Counts an email whose outcome is committed.
    fn recorded(&mut self, outcome: &mut DispatchOutcome, email: OutboxEmail, left: u32) {
        outcome.add(email, left);
        (self.watch)(DispatchEvent::Recorded(&outcome.counts));
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

/// Whether no email waits and neither a crossing nor a forecast could queue one.
fn is_idle(snapshot: &Snapshot<'_>) -> Result<bool> {
    let waiting = OutboxFilter { waiting: true, limit: Some(1), ..OutboxFilter::default() };
    Ok(snapshot.emails_of(&waiting)?.is_empty()
        && snapshot.unrecorded_crossings()?.is_empty()
        && forecast_changes(snapshot, snapshot.at())?.is_empty())
}

impl DispatchOutcome {
    /// Counts an email, and those that are left if the dispatch ends with it.
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
