//! A request with a route: its body is received, then it is admitted and answered on a thread that may wait.

use std::sync::Arc;

use actix_web::{HttpRequest, rt::task::spawn_blocking, web};

use super::{
    Request, Response, State,
    body::{BODY_LIMIT, Missing, PREVIEW, RawBody},
    budget, capture, coding,
    connections::Answering,
    error::{self, Refusal, Result},
    later::{self, Reply},
    long_lists,
    observation::Observation,
    panics, quick_reads,
    reception::Reception,
    request::Params,
    routes::{Family, Route},
    strict, strike,
};

/// A request to a path of the route table, about to be answered.
pub struct Admitting<'r> {
    pub state: &'r web::Data<State>,
    pub route: &'static Route,
    pub request: &'r HttpRequest,
    pub path: &'r Arc<str>,
    pub params: Params,
    /// What is kept of it.
    pub observation: &'r Option<Arc<Observation>>,
}

impl Admitting<'_> {
    /// Answers an SDK. Errors in its body are reported in the form of its protocol.
    pub async fn of_sdk(&self, mut reception: Reception<'_>) -> Result<Response> {
        let raw = match reception.receive(BODY_LIMIT).await {
            Ok(true) => reception.finish(self.request.headers()).await?,
            Ok(false) | Err(Refusal::TooLarge) => {
                let length = reception.length();
                reception.give_up(Missing::TooLong(length))
            }
            Err(Refusal::Outage(_)) => reception.give_up(Missing::Busy),
            Err(refusal) => return Err(refusal),
        };
        self.answer(raw).await
    }

    /// Answers a client of the API or a visitor of a page.
    ///
    /// A body longer than a preview is first not received at all. All the checks that come before the body run without it:
    /// if one of them fails, that is the answer, so a client without a key can send nothing that costs memory. If what is
    /// missing is the body, it is received and everything runs again. Smaller bodies take one turn on the blocking pool.
    pub async fn of_client(&self, mut reception: Reception<'_>) -> Result<Response> {
        if !reception.receive(PREVIEW).await? {
            let length = reception.length();
            if [Family::Page, Family::Share].contains(&self.route.family) {
                return Err(Refusal::TooLarge); // a password or a key is all that is sent to pages
            }
            let missing = RawBody::missing(Missing::TooLong(length), self.state.bodies.reserve());
            match self.answer(missing).await {
                Err(Refusal::TooLarge) if length <= BODY_LIMIT => {}
                outcome => return outcome,
            }
            if !reception.receive(BODY_LIMIT).await? {
                return Err(Refusal::TooLarge);
            }
        }
        let raw = reception.finish(self.request.headers()).await?;
        self.answer(raw).await
    }

    /// Runs admission and handler, again while the request waits for something.
    async fn answer(&self, raw: RawBody) -> Result<Response> {
        Answering::work(self.request);
        let (path, params) = (self.path.clone(), self.params.clone());
        let observation = self.observation.clone();
        let request = Request::new(self.request, path, params, raw, self.state, observation);
        let mut request = Box::new(request); // it goes through many hands
        if let Some(observation) = self.observation {
            if self.state.lab.is_some() && request.missing().is_none() {
                observation.keep_body(request.bytes(), request.charset());
            }
            let outcome = strike::before(self.state, observation, self.route, request).await;
            match outcome {
                Ok(unhurt) => request = unhurt,
                Err(failure) => return Ok(failure),
            }
        }
        let route = self.route;
        let turn = match long_lists::is_long(route, &request.method, request.page()) {
            true => Some(self.state.long_lists.turn().await?),
            false => None,
        };
        let admit = move |state: &State, request: &Request| {
            let _turn = turn;
            let mut outcome = strict::answer(state, route, request);
            if matches!(&outcome, Err(Refusal::Domain(error)) if error.is_of_removal()) {
                // Nothing of it was kept. Admitted once more, it gets what a request gets that comes after the removal.
                outcome = strict::answer(state, route, request);
            }
            if let Some(observation) = request.observation()
                && state.lab.is_some()
                && route.is_for_sdks()
            {
                capture::observe(state, request, observation);
            }
            outcome
        };
        let is_quick = quick_reads::is_quick(route, &request);
        let mut place = None;
        let mut response;
        (response, request) = self.run(request, is_quick, admit).await?;
        while let (Some(mut wait), Some(lab)) = (request.take_wait(), &self.state.lab) {
            if place.is_none() {
                place = Some(lab.waiting.enter()?);
            }
            let client_leaves = Answering::client_leaves(self.request);
            if !lab.waiting.has_news(&mut wait, client_leaves).await {
                break;
            }
            (response, request) = self.run(request, is_quick, wait.again).await?;
        }
        Ok(response)
    }

    /// Runs `work` on a thread that may wait for the database, and waits for the answer.
    async fn run(
        &self,
        request: Box<Request>,
        is_quick: bool,
        work: impl FnOnce(&State, &Request) -> Result<Response> + Send + 'static,
    ) -> Result<(Response, Box<Request>)> {
        let is_change = !request.method.is_safe();
        let (sender, receiver) = later::answer();
        let state = self.state.clone();
        let work = move || {
            let outcome = panics::caught(|| {
                let response = work(&state, &request);
                response.map(|it| coding::compress(it, &request, state.lab.is_some()))
            });
            budget::leave_place();
            let outcome = outcome.unwrap_or_else(|said| {
                request.take_later(); // no change after an answer that denies it
                Ok(error::internal(format!("a request {said}")))
            });
            sender.send(&state.store, request, outcome);
        };
        match is_quick {
            true => self.state.quick_reads.spawn(work),
            false => drop(spawn_blocking(work)),
        }
        let (reply, request) = match is_change {
            true => receiver.receive_in_time(&self.state.store).await?,
            false => receiver.receive().await?,
        };
        let response = match reply {
            Reply::Ready(outcome) => outcome?,
            Reply::ToChange(present) => {
                coding::compress(present()?, &request, self.state.lab.is_some())
            }
        };
        Ok((response, request))
    }
}
