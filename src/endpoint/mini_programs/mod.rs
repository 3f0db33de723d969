//! Endpoints for mini programs.

mod app_info_list_query;
mod decorate_upload;
mod qrcode_create;

pub use app_info_list_query::{
    AppInfoListQuery, AppInfoListQueryRequest, AppInfoListQueryResponse, AppInfoOrderKey,
    AppInfoOrderType, AppStatus,
};
pub use decorate_upload::{
    DecorateUpload, DecorateUploadRequest, DecorateUploadRequestRequired, DecorateUploadResponse,
};
pub use qrcode_create::{
    AppQrCodeType, QrcodeCreate, QrcodeCreateRequest, QrcodeCreateResponse, QrcodePictureType,
};
