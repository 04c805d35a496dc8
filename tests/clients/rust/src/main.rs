//! An application with the Rust SDK: argument 1 says which version, 2 is the server, 3 the project token. Whatever the SDK
//! logs as a warning or reports as failed is printed on standard error.

use std::{collections::HashMap, env, error::Error, io};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result {
    let arguments: Vec<_> = env::args().collect();
    let [_, version, host, token] = &arguments[..] else {
        return Err("usage: hoglet-clients VERSION HOST TOKEN".into());
    };
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(io::stderr)
        .init();
    match version.as_str() {
        "newest" => run_newest(host, token).await,
        _ => run_oldest(host, token).await,
    }
}

async fn run_newest(host: &str, token: &str) -> Result {
    use newest::{ClientOptionsBuilder, EvaluateFlagsOptions, Event, client};

    let options = ClientOptionsBuilder::default()
        .api_key(token.into())
        .host(host)
        .on_error(|error| eprintln!("failed: {error:?}"))
        .build()?;
    let client = client(options).await;
    let mut event = Event::new("rs signed up", "rs-1");
    event.insert_prop("rs_plan", "pro")?;
    event.insert_prop("rs_seats", 5)?;
    event.insert_prop("rs_trial", true)?;
    event.add_group("company", "acme");
    client.capture(event);
    client.alias("rs-anonymous", "rs-1");
    client.group_identify("company", "acme", HashMap::from([("rs_employees", 11)]))?;
    client
        .capture_exception(&io::Error::other("an exception worth telling"))
        .await?;
    let flags = client
        .evaluate_flags("rs-1", EvaluateFlagsOptions::default())
        .await?;
    assert!(flags.get_flag("no-such-flag").is_none());
    client.get_feature_flags("rs-1", None, None, None).await?;
    client.shutdown().await;
    Ok(())
}

async fn run_oldest(host: &str, token: &str) -> Result {
    use oldest::{ClientOptionsBuilder, Event, client};

    let options = ClientOptionsBuilder::default()
        .api_key(token.into())
        .api_endpoint(format!("{host}/capture/"))
        .build()?;
    let client = client(options).await;
    let mut event = Event::new("rs signed up", "rs-1");
    let text = |error: oldest::Error| error.to_string();
    event.insert_prop("rs_plan", "pro").map_err(text)?;
    event.insert_prop("rs_seats", 5).map_err(text)?;
    event.insert_prop("rs_trial", true).map_err(text)?;
    client.capture(event).await.map_err(text)?;
    let events = ["rs one of two", "rs two of two"].map(|name| Event::new(name, "rs-1"));
    client.capture_batch(events.into()).await.map_err(text)?;
    Ok(())
}
