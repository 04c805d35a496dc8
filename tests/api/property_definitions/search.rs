//! Searching the list.

use serde_json::json;

use super::{list, names, server_with};

#[test]
fn search_wants_every_word_in_the_name_or_in_the_label() {
    let server = server_with(
        json!([
            "first_visit", "is_first_movie", "app_rating", "$lib", "$browser_version", "$browser", "$time", "plan", "Ümlaut", "ΟΔΟΣΑ", "STRASSE",
            {"name": "$os", "type": "person"}, {"name": "$browser", "type": "person"}, {"name": "$initial_os", "type": "person"},
            {"name": "$initial_browser", "type": "person"}, {"name": "$initial_referrer", "type": "person"},
            {"name": "email", "type": "person"}, {"name": "$lib", "type": "person"}
        ]),
        json!([]),
        &[],
    );
    let mut wrong = Vec::new();
    for (query, expected) in [
        ("search=firs", vec!["first_visit", "is_first_movie"]),
        ("search=FIRS", vec!["first_visit", "is_first_movie"]),
        ("search=p+ting", vec!["app_rating"]),
        ("search=ting++p+", vec!["app_rating"]),
        ("search=ary", vec!["$lib"]),
        ("search=brow+ver", vec!["$browser_version"]),
        ("search=versIO+bro", vec!["$browser_version"]),
        ("search=%C3%BC", vec!["Ümlaut"]),
        ("search=%C3%9CML", vec!["Ümlaut"]),
        ("search=stra%C3%9Fe", vec![]),
        ("search=%CE%9F%CE%94%CE%9F%CE%A3", vec!["ΟΔΟΣΑ"]), // a capital sigma at the end of the word
        ("search=deprecated", vec![]),
        ("search=plan+x", vec![]),
        ("search=a%FF", vec![]),
        ("search=ary&exclude_core_properties=1", vec![]), // a label helps no row that another filter drops
        ("search=ary&properties=plan", vec![]),
        ("type=person&search=latest", vec!["$os", "$browser"]),
        ("type=person&search=latest+os", vec!["$os"]),
        (
            "type=person&search=initial",
            vec!["$initial_os", "$initial_browser", "$initial_referrer"],
        ),
        ("type=person&search=email+ad", vec!["email"]),
        ("type=person&search=addre", vec!["email"]),
    ] {
        let found = names(&server, query);
        if found != expected {
            wrong.push((query, found));
        }
    }
    assert_eq!(wrong, []);
    assert_eq!(names(&server, "search="), names(&server, ""));
    assert_eq!(names(&server, "search=+++"), names(&server, ""));
}

/// Each of these labels says more than its name, so that only the label can be what is found.
#[test]
fn properties_of_current_sdks_are_found_by_their_labels() {
    let server = server_with(
        json!([
            "$ai_cache_creation_1h_input_tokens", "$fbc", "$dead_swipe_scroll_delay_ms", "$sdk_debug_replay_stale_config",
            "$release_id", "$feature_flag_has_experiment",
            {"name": "$fbc", "type": "person"}, {"name": "$internal_or_test_user", "type": "person"}, {"name": "$internal_or_test_user"}
        ]),
        json!([]),
        &[],
    );
    for (query, expected) in [
        ("search=(LLM)", vec!["$ai_cache_creation_1h_input_tokens"]),
        ("search=facebook", vec!["$fbc"]),
        (
            "search=milliseconds+swipe",
            vec!["$dead_swipe_scroll_delay_ms"],
        ),
        ("search=%22stale+config%22", vec![]),
        ("search=%20release+id", vec!["$release_id"]),
        (
            "search=has+experiment",
            vec!["$feature_flag_has_experiment"],
        ),
        ("type=person&search=facebook+click", vec!["$fbc"]),
    ] {
        assert_eq!(names(&server, query), expected, "{query}");
    }
}

#[test]
fn words_of_a_search_are_patterns() {
    let server = server_with(
        json!(["under_score", "underXscore", r"back\slash", "100%", "ab"]),
        json!([]),
        &[],
    );
    let all = ["ab", "100%", r"back\slash", "underXscore", "under_score"];
    for (word, expected) in [
        ("_", &all[..]),
        ("%25", &all),
        ("%25%25_", &all),
        ("under_score", &["underXscore", "under_score"]),
        (r"under%5C_score", &["under_score"]),
        ("a%25h", &[r"back\slash"]),
        ("%5C%25", &["100%"]),
        ("%5C", &["100%"]), // the pattern `%\%`: ends with a per cent sign
        (r"back%5Cslash", &[]),
        (r"back%5C%5Cslash", &[r"back\slash"]),
        ("___", &all[1..]),
    ] {
        assert_eq!(
            names(&server, &format!("search={word}")),
            expected,
            "{word}"
        );
    }
    let virtuals = |word: &str| {
        list(&server, &format!("search={word}"))
            .iter()
            .filter(|entry| entry["virtual"] == true)
            .count()
    };
    assert_eq!(
        (virtuals("_"), virtuals("%25"), virtuals("under_score")),
        (5, 0, 0)
    );
}

#[test]
fn searches_of_any_size_are_answered() {
    let server = server_with(
        json!(["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"]),
        json!([]),
        &[],
    );
    let many: Vec<_> = (1..70).map(|count| "a".repeat(count)).collect();
    assert_eq!(
        names(&server, &format!("search={}", many.join("+"))).len(),
        1
    );
    assert_eq!(
        names(&server, &format!("search={}+x", many.join("+"))).len(),
        0
    );
    assert_eq!(
        names(&server, &format!("search={}", "a+".repeat(10_000))).len(),
        1
    );
    assert_eq!(
        names(&server, &format!("search={}", "a".repeat(30_000))).len(),
        0
    );
    assert_eq!(
        names(&server, &format!("search={}", "_".repeat(30_000))).len(),
        0
    );
    assert_eq!(
        names(&server, &format!("search={}c", "%25a".repeat(40))).len(),
        0
    );
}
