//! The users that an answer mentions: `created_by`, `verified_by` and the like.

use std::{collections::HashMap, sync::Arc};

use super::{Listing, Result};
use crate::{
    model::{
        Activity, EventDefinition, Insight, Notebook, NotebookHead, Notes, ProjectSecretApiKey,
        PropertyDefinition, User, UserId,
    },
    store::{Read, users as table},
};

/// Users by id, read once for a whole answer.
#[derive(Default)]
pub struct Users(HashMap<UserId, User>);

/// Something with the users that it mentions, read in the same transaction.
pub struct WithUsers<T> {
    /// What was asked for.
    pub item: T,
    /// The users that it mentions, as far as they exist.
    pub users: Users,
}

/// What mentions users.
pub trait Mentions {
    /// The users mentioned, in any order and as often as they are.
    fn mentions(&self) -> Vec<Option<UserId>>;
}

impl Users {
    /// Reads the users `ids`, as far as they exist.
    pub fn read(db: &Read, ids: impl IntoIterator<Item = Option<UserId>>) -> Result<Users> {
        let mut ids: Vec<_> = ids.into_iter().flatten().collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(Users::default());
        }
        let found = table::many(db, &ids)?.into_iter();
        Ok(Users(found.map(|user| (user.id, user)).collect()))
    }

    /// The user `id`, if there is one and the answer mentions it.
    pub fn get(&self, id: Option<UserId>) -> Option<&User> {
        self.0.get(&id?)
    }

    /// These users without their e-mail addresses, for anonymous visitors (`sharing.md` 6.5).
    pub fn without_addresses(mut self) -> Users {
        for user in self.0.values_mut() {
            user.email.clear();
        }
        self
    }
}

impl<T: Mentions> WithUsers<T> {
    /// Reads the users that `item` mentions.
    pub fn read(db: &Read, item: T) -> Result<WithUsers<T>> {
        let users = Users::read(db, item.mentions())?;
        Ok(WithUsers { item, users })
    }
}

impl<T: Mentions> Mentions for Listing<T> {
    fn mentions(&self) -> Vec<Option<UserId>> {
        self.items.iter().flat_map(Mentions::mentions).collect()
    }
}

impl<T: Mentions> Mentions for Arc<T> {
    fn mentions(&self) -> Vec<Option<UserId>> {
        (**self).mentions()
    }
}

impl<T: Mentions> Mentions for Vec<T> {
    fn mentions(&self) -> Vec<Option<UserId>> {
        self.iter().flat_map(Mentions::mentions).collect()
    }
}

impl Mentions for ProjectSecretApiKey {
    fn mentions(&self) -> Vec<Option<UserId>> {
        vec![self.created_by]
    }
}

impl Mentions for Activity {
    fn mentions(&self) -> Vec<Option<UserId>> {
        vec![self.user]
    }
}

impl Mentions for NotebookHead {
    fn mentions(&self) -> Vec<Option<UserId>> {
        vec![self.created_by, self.last_modified_by]
    }
}

impl Mentions for Notebook {
    fn mentions(&self) -> Vec<Option<UserId>> {
        self.head.mentions()
    }
}

impl Mentions for Insight {
    fn mentions(&self) -> Vec<Option<UserId>> {
        vec![self.created_by, self.last_modified_by]
    }
}

impl Mentions for Option<Notes> {
    fn mentions(&self) -> Vec<Option<UserId>> {
        let notes = self.iter();
        notes
            .flat_map(|notes| [notes.updated_by, notes.verified_by])
            .collect()
    }
}

impl Mentions for PropertyDefinition {
    fn mentions(&self) -> Vec<Option<UserId>> {
        self.notes.mentions()
    }
}

impl Mentions for EventDefinition {
    fn mentions(&self) -> Vec<Option<UserId>> {
        let mut users = self.notes.mentions();
        users.push(self.owner);
        users
    }
}
