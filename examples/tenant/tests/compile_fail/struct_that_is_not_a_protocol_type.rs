use miniprogram_protocol::from_json;

struct Card;

fn read(json: &[u8]) {
    let _ = from_json::<Card>(json);
}

fn main() {}
