//! Sample values for realistic documents.

/// Sample values, with the names of the fields to which they apply. A name can also be the value of
/// an enum that determines the content of another field, or the name of a format.
///
/// Names match the end of a field name, ignoring case and punctuation. The first matching entry is
/// used. Each `%` in a value is replaced with a random digit. Values with the same index belong
/// together, for example a city and its region.
const SAMPLES: &[(&[&str], &[&str])] = &[
    (&["region", "nationality", "iso31661alpha2"], &["SG", "JP", "GB", "US"]),
    (&["currency", "iso4217"], &["SGD", "JPY", "GBP", "USD"]),
    (&["state"], &["Singapore", "Osaka Prefecture", "Greater London", "California"]),
    (&["city"], &["Singapore", "Osaka", "London", "San Francisco"]),
    (&["address1"], &["1%% Orchard Road", "2-%-1% Umeda", "%% Baker Street", "4%% Market Street"]),
    (&["address2"], &["Unit 0%-1%", "Room %0%", "Flat %", "Suite 2%0"]),
    (&["zipCode"], &["2388%%", "530-00%%", "NW1 %XE", "9410%"]),
    (&["longitude"], &["103.83%%", "135.49%%", "-0.15%%", "-122.40%%"]),
    (&["latitude"], &["1.30%%", "34.70%%", "51.52%%", "37.78%%"]),
    (&["serviceTel"], &["+6567%%%%%%", "+81663%%%%%", "+44203%%%%%", "+1415555%%%"]),
    (
        &["phone", "phoneNo", "e164"],
        &["+659%%%%%%%", "+8190%%%%%%%%", "+447%%%%%%%%%", "+141555501%%"],
    ),
    (&["firstName"], &["Wei Ling", "Haruto", "Ada", "Grace"]),
    (&["middleName"], &["Hui", "Ken", "King", "Brewster"]),
    (&["lastName"], &["Tan", "Sato", "Lovelace", "Hopper"]),
    (&["fullName", "userName"], &["Tan Wei Ling", "Haruto Sato", "Ada Lovelace", "Grace Hopper"]),
    (&["nickName", "other"], &["weiling%%", "haru%%", "ada%%", "grace%%"]),
    (&["salutation"], &["Ms", "Mr", "Lady", "Dr"]),
    (&["gender"], &["F", "M", "F", "F"]),
    (
        &["email"],
        &[
            "weiling.tan%%@example.com",
            "haruto.sato%%@example.com",
            "ada%%@example.com",
            "grace%%@example.com",
        ],
    ),
    (
        &["birthDate"],
        &[
            "1988-02-1%T00:00:00+08:00",
            "1995-11-2%T00:00:00+09:00",
            "1979-12-1%T00:00:00Z",
            "1992-06-0%T00:00:00-08:00",
        ],
    ),
    // These dates are earlier than the dates below, because a merchant registers before it receives
    // orders.
    (
        &["registerDate"],
        &[
            "2019-04-0%T1%:2%:3%+08:00",
            "2016-10-1%T0%:4%:1%+09:00",
            "2021-05-2%T1%:0%:5%Z",
            "2018-09-1%T1%:3%:0%-07:00",
        ],
    ),
    (
        &["date", "time"],
        &[
            "2026-01-1%T1%:2%:3%+08:00",
            "2026-03-2%T0%:4%:1%+09:00",
            "2025-11-1%T1%:0%:5%Z",
            "2025-07-2%T1%:3%:0%-07:00",
        ],
    ),
    (&["unixMillis"], &["176%%%%%%%%%%"]),
    (&["password", "hashLoginId"], &["8f3a%%c2e%%7b41d%%e9a0%%f6d3%%b8c5"]),
    (
        &["merchantName", "merchantDisplayName"],
        &["Orchard Shoes", "Umeda Books", "Baker Street Tea", "Market Street Bikes"],
    ),
    (
        &["storeName", "storeDisplayName"],
        &["Orchard Road", "Umeda Station", "Baker Street", "Market Street"],
    ),
    (&["mcc", "iso18245"], &["5661", "5942", "5499", "5940"]),
    (
        &["orderDescription"],
        &[
            "A pair of running shoes",
            "Two paperback novels",
            "Breakfast tea and biscuits",
            "A bicycle helmet",
        ],
    ),
    (&["goodsName"], &["Running shoes", "Paperback novel", "Breakfast tea", "Bicycle helmet"]),
    (&["goodsCategory"], &["Shoes", "Books", "Groceries", "Sports"]),
    (&["goodsBrand"], &["Fleetfoot", "Blue Heron", "Kettle and Co", "Ridgeline"]),
    (&["goodsSkuName"], &["White, size 4%", "Softcover", "80 bags", "Red, medium"]),
    (&["goodsQuantity"], &["1", "2", "3", "1"]),
    (&["packageSize"], &["2%%%%%%"]),
    (&["appName"], &["Orchard Shoes", "Umeda Books", "Baker Street Tea", "Market Street Bikes"]),
    (
        &["appDescription"],
        &[
            "Shoes for every day",
            "New and used books",
            "Fine teas, delivered",
            "Bicycles and repairs",
        ],
    ),
    (&["appSlogan"], &["Walk on", "Read more", "Time for tea", "Enjoy the ride"]),
    (&["categoryId"], &["1%%%"]),
    (&["categoryName"], &["Fashion", "Books", "Food", "Sports"]),
    (&["searchKeywords"], &["shoes", "books", "tea", "bicycles"]),
    (&["goodsUrl", "linkUrl", "path"], &["https://shop.example.com/goods/%%%%"]),
    (&["iconUrl", "appIcon", "avatar"], &["https://cdn.example.com/images/%%%%.png"]),
    (&["ip"], &["203.0.113.%%", "198.51.100.%%"]),
    (&["ios"], &["Mozilla/5.0 (iPhone; CPU iPhone OS 18_%) AppleWebKit/605.1.15"]),
    (&["userAgent", "android"], &["Mozilla/5.0 (Linux; Android 1%) AppleWebKit/537.36"]),
    (&["osVersion"], &["15.%", "16.%", "17.%", "18.%"]),
    (&["metaData"], &[r#"{"cardNo":"************%%%%"}"#]),
    (&["extendInfo", "jsonObject"], &[r#"{"channel":"app"}"#, r#"{"campaign":"SPRING%%"}"#]),
    (&["sms"], &[r#"{"en-US":{"content":"Your order %%%% is on its way"}}"#]),
    (
        &["push"],
        &[r#"{"en-US":{"title":"On its way","content":"Your order %%%% has left our store"}}"#],
    ),
    (
        &["inbox"],
        &[
            r#"{"en-US":{"body":{"title":"On its way","content":"Your order %%%% has left our store"}}}"#,
        ],
    ),
    (&["resultMessage"], &["See the result code"]),
    (&["title"], &["On its way"]),
    (&["content"], &["Your order %%%% is on its way"]),
];

/// The fields whose content depends on an enum in the same object, each with the field that
/// contains the enum.
const DEPENDENT_FIELDS: &[(&str, &str)] = &[
    ("contactNo", "contactType"),
    ("fieldValue", "fieldCode"),
    ("loginId", "loginIdType"),
    ("maskLoginId", "loginIdType"),
    ("messageContent", "messageChannel"),
    ("resultMessage", "resultCode"),
    ("userAgent", "osType"),
];

/// Returns a sample value for a name. `index` selects one of the values that apply to the name.
pub(super) fn sample(name: &str, index: usize) -> Option<&'static str> {
    let name = normalize(name);
    let matches = |known: &&str| name.ends_with(&normalize(known));
    let (_, values) = SAMPLES.iter().find(|(names, _)| names.iter().any(matches))?;
    values.get(index % values.len().max(1)).copied()
}

fn normalize(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|one| one.to_ascii_lowercase()).collect()
}

/// Returns the field whose value determines the content of the given field.
pub(super) fn determining_field(field: &str) -> Option<&'static str> {
    DEPENDENT_FIELDS.iter().find(|(dependent, _)| *dependent == field).map(|(_, key)| *key)
}
