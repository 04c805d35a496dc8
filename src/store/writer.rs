//! The one thread that writes.
//!
//! # Batches
//!
//! Every change waits in a [`Queue`]. The thread begins a transaction, runs the changes that wait, each but the first in a
//! savepoint of its own, commits once, and only then answers: one flush to the disk for the whole batch, and a change that
//! fails takes no other one with it. A batch is bounded by number and by time, so that the first caller in it does not pay for
//! the last.
//!
//! A batch takes the changes that wait when it begins, not those that come meanwhile: these make the next one. So there are
//! always two groups of clients, one whose changes are being made, and one that is being answered and asks again, and neither
//! the disk nor the processor waits for the other. When a batch went on until nothing waited, 64 clients all waited for the
//! same flush and then the writer for them: 22,400 changes a second, and 29,300 so (on two cores).
//!
//! # What a caller is promised
//!
//! `Ok` means that the change is on disk, in the file that has the database's name. `Err` means that nothing of it is kept.
//! Three things make that so:
//!
//! - A caller waits for at most `patience` until its change is *started*, and then as long as it takes. Giving up and starting
//!   are both the removal of the change from the queue, under its lock, so exactly one of them happens: a change whose caller
//!   gave up is never run, and a change that runs has a caller that waits for its fate. The transaction is begun before the
//!   first change is taken out. A database that another process has locked therefore costs each caller its patience and
//!   nothing else: its change is still in the queue, to be withdrawn.
//! - On a full disk SQLite may end the transaction by itself. What ran is gone then, and the next savepoint would be a
//!   transaction of its own and commit alone. So after every change the thread checks that the transaction is still open; if
//!   not, the batch has failed and all its callers hear it.
//! - Before a batch and after its commit the thread compares the files under the database's names with those it opened (see
//!   [`Watch`]). If they differ, nothing is begun, or what was committed is answered as lost.
//!
//! # Bulk
//!
//! Some callers write a lot: a capture request may define a hundred thousand names. They cut it into changes of bounded size
//! and ask for [`Priority::Bulk`]: after each batch of usual changes comes one of these, in a transaction of its own. However many
//! such callers there are, a usual change waits for one of theirs at most, while they wait for each other.
//!
//! # Trouble
//!
//! The thread keeps the database's [`Condition`]: how the last attempt ended. While that is bad and no caller writes, it tries
//! by itself once a second, so that the condition gets better as soon as it can.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rusqlite::Connection;

use super::{
    Result, StoreError, StoreMetrics, Write,
    condition::Condition,
    file::Watch,
    queue::{Answer, Job, Priority, Queue, Ticket, Wake},
    transaction::{BEGIN, COMMIT, OpenTransaction, ROLLBACK, execute, undoable},
    usage::{self, Usages},
    veto,
};

/// Changes committed together, at most.
const BATCH: usize = 256;

/// No further change joins a batch after this time.
const BATCH_TIME: Duration = Duration::from_millis(20);

/// How often the files are looked at, and a database in trouble is tried, when nothing else happens.
const PERIOD: Duration = Duration::from_secs(1);

/// The queue and the thread that empties it.
pub struct Writer {
    queue: Arc<Queue>,
    condition: Arc<Condition>,
    patience: Duration,
    metrics: Option<StoreMetrics>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread on `connection`, whose files `watch` knows.
    pub fn start(
        connection: Connection,
        watch: Arc<Watch>,
        patience: Duration,
        metrics: Option<StoreMetrics>,
    ) -> Writer {
        let (queue, condition) = (Arc::<Queue>::default(), Arc::<Condition>::default());
        let work = WriterThread {
            connection,
            watch,
            queue: queue.clone(),
            condition: condition.clone(),
            metrics: metrics.clone(),
        };
        let thread = thread::Builder::new()
            .name("writer".into())
            .spawn(move || work.run());
        Writer {
            queue,
            condition,
            patience,
            metrics,
            thread: Some(thread.expect("the system gives us a thread")),
        }
    }

    /// The queue, to note usages in.
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// How long a change may wait until it is started.
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// Whether the database can be written.
    pub fn condition(&self) -> &Condition {
        &self.condition
    }

    /// Queues `change` and waits for its fate; see [`Store::write`](super::Store::write).
    pub fn run<T, E>(
        &self,
        priority: Priority,
        change: impl FnOnce(&Write) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        // The outcome has a place of its own: a channel of every type that changes return takes 250 kB of code.
        let outcome = Arc::new(Mutex::new(None));
        let place = outcome.clone();
        let (known, wait) = mpsc::channel::<()>(); // ends once the outcome is known
        let done = move |outcome| {
            *lock(&place) = Some(outcome);
            drop(known);
        };
        let queued = self.submit(priority, change, done)?;
        if wait.recv_timeout(queued.patience()) == Err(RecvTimeoutError::Timeout) {
            self.withdraw(queued)?;
            for () in wait {} // it has been started
        }
        let outcome = lock(&outcome).take();
        outcome.unwrap_or_else(|| Err(StoreError::NoAnswer.into()))
    }

    /// Queues `change`. Calls `done` on the writer's thread once its fate is known, unless it is withdrawn before.
    pub fn submit<T, E>(
        &self,
        priority: Priority,
        change: impl FnOnce(&Write) -> Result<T, E> + Send + 'static,
        done: impl FnOnce(Result<T, E>) + Send + 'static,
    ) -> Result<Queued>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let veto = veto::current();
        let job: Job = Box::new(move |open| {
            let (result, ended_the_batch) = match open {
                Some(open) => {
                    let connection = open.connection;
                    let result = undoable(open, change, veto.as_ref());
                    (result, connection.is_autocommit())
                }
                None => (Err(StoreError::NoAnswer.into()), false),
            };
            Box::new(move |lost| {
                let outcome = match lost {
                    // The change that ended the batch knows best why.
                    Some(why) if !ended_the_batch || result.is_ok() => Err(why.to_all().into()),
                    _ => result,
                };
                done(outcome);
            })
        });
        let deadline = Instant::now() + self.patience;
        let pushed = self.queue.push(job, priority);
        let ticket = pushed.inspect_err(|error| self.refuse(error))?;
        Ok(Queued {
            ticket,
            priority,
            deadline,
        })
    }

    /// Takes back a change whose time is over: `Busy`, unless it has been started.
    pub fn withdraw(&self, queued: Queued) -> Result<()> {
        if self.queue.withdraw(queued.ticket, queued.priority) {
            self.refuse(&StoreError::Busy);
            return Err(StoreError::Busy);
        }
        Ok(())
    }

    /// Takes back a change that is no longer wanted, unless it has been started. The database could have taken it, so it does
    /// not count as refused.
    pub fn abandon(&self, queued: Queued) {
        self.queue.withdraw(queued.ticket, queued.priority);
    }

    fn refuse(&self, error: &StoreError) {
        if let Some(metrics) = &self.metrics {
            metrics.refuse(error, 1);
        }
    }
}

/// A change that waits for its turn.
#[derive(Clone, Copy, Debug)]
pub struct Queued {
    ticket: Ticket,
    priority: Priority,
    deadline: Instant,
}

impl Queued {
    /// How long it may still wait.
    pub fn patience(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}

impl Drop for Writer {
    /// Lets the queue run dry, then waits for the thread.
    fn drop(&mut self) {
        self.queue.close();
        if self
            .thread
            .take()
            .is_some_and(|thread| thread.join().is_err())
        {
            tracing::error!("the writer ended in a panic");
        }
    }
}

/// What is in `place`. Nothing panics that holds it.
fn lock<T>(place: &Mutex<T>) -> MutexGuard<'_, T> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the thread works with.
struct WriterThread {
    connection: Connection,
    watch: Arc<Watch>,
    queue: Arc<Queue>,
    condition: Arc<Condition>,
    metrics: Option<StoreMetrics>,
}

impl WriterThread {
    fn run(self) {
        let mut looked = Instant::now();
        loop {
            // In trouble usages wait: a try of theirs would fail with them.
            let is_well = self.condition.get().is_ok();
            match self.queue.wait(PERIOD, is_well) {
                Wake::Work => [Priority::Usual, Priority::Bulk]
                    .into_iter()
                    .filter(|priority| self.queue.has(*priority))
                    .for_each(|priority| self.attempt(|| self.batch(priority))),
                Wake::Quiet if is_well => self.attempt(|| self.watch.check()),
                Wake::Quiet => {}
                Wake::Closed => break,
            }
            if self.condition.get().is_err() && looked.elapsed() >= PERIOD {
                self.attempt(|| self.probe());
                looked = Instant::now();
            }
        }
        if self.queue.has(Priority::Usual) {
            self.attempt(|| self.batch(Priority::Usual));
        }
        let left = self.queue.take_usages().len();
        if left > 0 {
            tracing::warn!("what was last noted of {left} used or viewed things was dropped");
        }
        // Readers are gone by now: the log goes back into the file, and the file is whole by itself. No statistics are made for
        // SQLite's planner: with them its plans would be others than those that the tests hold us to.
        let closed = self
            .connection
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE);");
        if let (Err(error), Ok(())) = (closed, self.condition.get()) {
            tracing::warn!("the write-ahead log stays beside the database: {error}");
        }
    }

    fn attempt(&self, work: impl FnOnce() -> Result<()>) {
        self.condition.set(&work());
    }

    /// Runs a batch of the waiting changes of `priority`, and answers them.
    fn batch(&self, priority: Priority) -> Result<()> {
        let begun = self.watch.check().and_then(|()| self.execute(BEGIN));
        if let Err(error) = begun {
            // What is locked may soon be free: the changes stay in the queue for as long as their callers wait.
            if !error.is_busy() {
                let jobs = self.queue.drain();
                self.refuse(&error, jobs.len());
                for job in jobs {
                    job(None)(Some(&error));
                }
            }
            return Err(error);
        }
        let mut answers = Vec::new();
        let usages = self.queue.take_usages();
        let done = self
            .run_changes(priority, &mut answers)
            .and_then(|()| self.write_usages(&usages))
            .and_then(|()| self.commit(answers.len()))
            .and_then(|()| self.watch.check());
        if done.is_err() && !self.connection.is_autocommit() {
            let undone = self.execute(ROLLBACK);
            undone.unwrap_or_else(|error| tracing::error!("a batch cannot be undone: {error}"));
        }
        self.queue.settle(match done {
            Ok(()) => Usages::default(),
            Err(_) => usages,
        });
        if let Err(error) = &done {
            self.refuse(error, answers.len());
        }
        for answer in answers {
            answer(done.as_ref().err());
        }
        done
    }

    fn commit(&self, changes: usize) -> Result<()> {
        let Some(metrics) = &self.metrics else {
            return self.execute(COMMIT);
        };
        let start = Instant::now();
        self.execute(COMMIT)?;
        metrics.commit.observe(start.elapsed().as_secs_f64());
        metrics.batch_size.observe(changes as f64);
        Ok(())
    }

    fn refuse(&self, error: &StoreError, changes: usize) {
        if let Some(metrics) = &self.metrics {
            metrics.refuse(error, changes);
        }
    }

    fn run_changes(&self, priority: Priority, answers: &mut Vec<Answer>) -> Result<()> {
        let started = Instant::now();
        let most = match priority {
            Priority::Usual => BATCH.min(self.queue.lengths().usual),
            Priority::Bulk => 1,
        };
        while answers.len() < most
            && started.elapsed() < BATCH_TIME
            && let Some(job) = self.queue.next(priority)
        {
            answers.push(job(Some(OpenTransaction {
                connection: &self.connection,
                is_first: answers.is_empty(),
            })));
            if self.connection.is_autocommit() {
                return Err(StoreError::Lost(None));
            }
        }
        Ok(())
    }

    fn write_usages(&self, usages: &Usages) -> Result<()> {
        if usages.is_empty() {
            return Ok(());
        }
        let all = |db: &Write| usage::write_all(db, usages);
        let open = OpenTransaction {
            connection: &self.connection,
            is_first: false,
        };
        match undoable::<_, StoreError>(open, all, None) {
            Err(error) if self.connection.is_autocommit() => Err(error),
            Err(error) => {
                tracing::error!("what was used or viewed cannot be noted and is dropped: {error}");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Writes what is there already, to see whether it works.
    fn probe(&self) -> Result<()> {
        self.watch.check()?;
        let version: i64 = self
            .connection
            .pragma_query_value(None, "user_version", |row| row.get(0))?;
        self.connection
            .pragma_update(None, "user_version", version)?;
        Ok(())
    }

    fn execute(&self, statement: &'static str) -> Result<()> {
        execute(&self.connection, statement)
    }
}
