//! The users that a response mentions: `created_by`, `verified_by` and the like.

use std::{collections::HashMap, sync::Arc};

use super::{Listing, Result};
use crate::{
    model::{
        Activity, EventDefinition, FeatureFlag, Insight, Member, Notebook, NotebookHead, Notes,
        ProjectSecretApiKey, PropertyDefinition, User, UserId,
    },
    store::{Read, users as table},
};

/// Users by id, read once for a whole response.
#[derive(Default)]
pub struct Users(HashMap<UserId, User>);

/// An object or a list with the users that it mentions, read in one transaction.
pub struct WithUsers<T> {
    /// The object or the list.
    pub item: T,
    /// The users that it mentions and that exist.
    pub users: Users,
}

pub trait Mentions {
    /// The ids of the mentioned users, in any order, possibly repeated.
    fn mentions(&self) -> Vec<Option<UserId>>;
}

impl Users {
    /// Reads those of the users `ids` that exist.
    pub fn load(db: &Read, ids: impl IntoIterator<Item = Option<UserId>>) -> Result<Users> {
        let mut ids: Vec<_> = ids.into_iter().flatten().collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(Users::default());
        }
        let found = table::many(db, &ids)?.into_iter();
        Ok(Users(found.map(|user| (user.id, user)).collect()))
    }

    /// Returns the user `id` if it was read and exists.
    pub fn get(&self, id: Option<UserId>) -> Option<&User> {
        self.0.get(&id?)
    }

    /// Removes the e-mail addresses, for anonymous visitors (`sharing.md` 6.5).
    pub fn without_addresses(mut self) -> Users {
        for user in self.0.values_mut() {
            user.email.clear();
        }
        self
    }
}

impl<T: Mentions> WithUsers<T> {
    /// Reads the users that `item` mentions.
    pub fn load(db: &Read, item: T) -> Result<WithUsers<T>> {
        let users = Users::load(db, item.mentions())?;
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

impl Mentions for FeatureFlag {
    fn mentions(&self) -> Vec<Option<UserId>> {
        vec![self.created_by]
    }
}

impl Mentions for Activity {
    fn mentions(&self) -> Vec<Option<UserId>> {
        vec![self.user]
    }
}

impl Mentions for Member {
    fn mentions(&self) -> Vec<Option<UserId>> {
        vec![Some(self.user)]
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
