//! The page at `/`: its files, and what its header fields forbid.

mod common;

use axum::http::StatusCode;
use common::{config, start};
use serde_json::json;

#[tokio::test]
async fn every_file_of_the_page_is_served_with_a_strict_policy() {
    let api = start(config()).await;
    let page = api.client.get(&api.url).send().await.unwrap().text().await.unwrap();
    let mut paths = vec!["/".to_owned()];
    let quoted = page.split('"').filter(|text| text.starts_with("/_sandbox/page/"));
    paths.extend(quoted.map(str::to_owned));
    assert!(paths.len() >= 5, "{paths:?}");
    // What the scripts import, too.
    let mut at = 0;
    while at < paths.len() {
        let answer = api.client.get(format!("{}{}", api.url, paths[at])).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{}", paths[at]);
        let fields = answer.headers().clone();
        let policy = fields["content-security-policy"].to_str().unwrap();
        for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(fields[name], value);
        }
        let text = answer.text().await.unwrap();
        let imported = text.split("from \"./").skip(1).filter_map(|rest| rest.split('"').next());
        for path in imported.map(|name| format!("/_sandbox/page/{name}")) {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        at += 1;
    }
    assert!(paths.iter().any(|path| path.ends_with("/dom.js")), "{paths:?}");
    // Neither styles nor scripts within the page, which its policy would refuse.
    assert!(!page.contains("style=") && !page.contains("<style") && page.matches("<script").count() == 1);
    let missing = api.client.get(format!("{}/_sandbox/page/none.js", api.url)).send().await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    // The page is not the API: nothing of it counts as a request, and no fault strikes it.
    api.control("faults", &json!([{"operation": "*", "fault": "status"}])).await;
    assert_eq!(api.client.get(&api.url).send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(api.look("stats").await["requests"], json!({}));
    api.stop().await;
}
