//! The one thread that writes.
//!
//! Every change waits in a queue. The thread takes all that are waiting, runs each in a savepoint of its own
//! inside one transaction, commits once, and only then answers: one disk flush for the whole batch, and a
//! change that fails takes no other down with it.

use std::{
    iter,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{self, Receiver, SyncSender},
    thread::{self, JoinHandle},
};

use rusqlite::{Connection, Transaction, TransactionBehavior::Immediate};

use super::{Read, Result, StoreError, Write};

/// Changes that may wait; past this, callers wait to put theirs in.
const QUEUE: usize = 1024;

/// Changes committed together, at most: bounds how long the first of them waits.
const BATCH: usize = 256;

/// A change to run, unless no batch could be begun. It returns the answer to give once the batch's fate is known.
type Job = Box<dyn FnOnce(Option<&mut Transaction>) -> Answer + Send>;
/// Told why the batch was lost, if it was.
type Answer = Box<dyn FnOnce(Option<&StoreError>)>;

/// The queue and the thread behind it.
pub struct Writer {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread on `connection`.
    pub fn start(connection: Connection) -> Writer {
        let (jobs, queue) = mpsc::sync_channel(QUEUE);
        let thread = thread::Builder::new()
            .name("writer".into())
            .spawn(move || work(connection, queue));
        Writer {
            jobs: Some(jobs),
            thread: Some(thread.expect("the system gives us a thread")),
        }
    }

    /// Queues `change` and waits for its fate; see [`Store::write`](super::Store::write).
    pub fn run<T, E>(
        &self,
        change: impl FnOnce(&Write) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, outcome) = mpsc::sync_channel(1);
        let job: Job = Box::new(move |batch| {
            let (result, ended_the_batch) = match batch {
                Some(batch) => (in_savepoint(batch, change), batch.is_autocommit()),
                None => (Err(StoreError::NoAnswer.into()), false),
            };
            Box::new(move |lost| {
                let outcome = match lost {
                    // The change that ended the batch knows best why.
                    Some(why) if !ended_the_batch => Err(StoreError::Lost(why.reason()).into()),
                    _ => result,
                };
                drop(reply.send(outcome)); // a caller that is gone needs no answer
            })
        });
        let jobs = self.jobs.as_ref().ok_or(StoreError::NoAnswer)?;
        jobs.send(job).map_err(|_| StoreError::NoAnswer)?;
        outcome.recv().map_err(|_| StoreError::NoAnswer)?
    }
}

impl Drop for Writer {
    /// Lets the queue run dry, then waits for the thread.
    fn drop(&mut self) {
        drop(self.jobs.take());
        if self
            .thread
            .take()
            .is_some_and(|thread| thread.join().is_err())
        {
            tracing::error!("the writer ended in a panic");
        }
    }
}

fn work(mut connection: Connection, queue: Receiver<Job>) {
    let mut in_trouble = false; // whether the last batch was lost, of which its callers know
    while let Ok(first) = queue.recv() {
        let waiting = iter::once(first).chain(queue.try_iter()).take(BATCH);
        let mut answers = Vec::new();
        let committed = commit_together(&mut connection, waiting, &mut answers);
        if let Err(error) = &committed {
            tracing::debug!("a batch of changes was lost: {error}"); // every caller is told, and logs it
        }
        in_trouble = committed.is_err();
        for answer in answers {
            answer(committed.as_ref().err());
        }
    }
    // Readers are gone by now: the log goes back into the file, and the file is whole by itself. No statistics are made for
    // SQLite's planner: with them its plans would be others than those that the tests hold us to.
    let closed = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);");
    if let (Err(error), false) = (closed, in_trouble) {
        tracing::warn!("the write-ahead log stays beside the database: {error}");
    }
}

fn commit_together(
    connection: &mut Connection,
    jobs: impl Iterator<Item = Job>,
    answers: &mut Vec<Answer>,
) -> Result<()> {
    let mut batch = match connection.transaction_with_behavior(Immediate) {
        Ok(batch) => batch,
        Err(error) => {
            answers.extend(jobs.map(|job| job(None)));
            return Err(error.into());
        }
    };
    for job in jobs {
        // A panic rolls its savepoint back as it unwinds; the caller finds that no answer comes.
        if let Ok(answer) = catch_unwind(AssertUnwindSafe(|| job(Some(&mut batch)))) {
            answers.push(answer);
        }
        // On a full disk SQLite may end the transaction itself: what ran is gone, and the next savepoint
        // would commit alone.
        if batch.is_autocommit() {
            return Err(StoreError::Lost(None));
        }
    }
    Ok(batch.commit()?)
}

/// Runs `change` so that its failure undoes it alone.
fn in_savepoint<T, E: From<StoreError>>(
    batch: &mut Transaction,
    change: impl FnOnce(&Write) -> Result<T, E>,
) -> Result<T, E> {
    let savepoint = batch.savepoint().map_err(StoreError::from)?; // dropped uncommitted, it rolls back
    let value = change(&Write(Read {
        connection: &savepoint,
        catalogues: None,
    }))?;
    savepoint.commit().map_err(StoreError::from)?;
    Ok(value)
}
