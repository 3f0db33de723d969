//! Mini programs.

mod qrcode_create;

pub use qrcode_create::{
    AppQrCodeType, QrcodeCreate, QrcodeCreateRequest, QrcodeCreateResponse, QrcodePictureType,
};
