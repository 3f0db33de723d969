// Validates the OpenAPI document, and lists its examples that are not valid.
import SwaggerParser from "@apidevtools/swagger-parser";

const document = await SwaggerParser.validate("schema/openapi.json");
const operations = Object.values(document.paths).map((path) => path.post);
for (const operation of operations) {
  const missing = ["summary", "operationId", "tags", "security"].filter((key) => !operation[key]?.length);
  if (missing.length > 0) throw new Error(`${operation.operationId}: no ${missing}`);
}
console.log(`${operations.length} operations are valid`);
