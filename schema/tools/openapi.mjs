// Validates the OpenAPI document and its examples.
import SwaggerParser from "@apidevtools/swagger-parser";
import addFormats from "ajv-formats";
import Ajv2020 from "ajv/dist/2020.js";

// The result contains no references.
const document = await SwaggerParser.validate("schema/openapi.json");
const operations = Object.values(document.paths).map((path) => path.post);
for (const operation of operations) {
  const missing = ["summary", "operationId", "tags", "security"].filter((key) => !operation[key]?.length);
  if (missing.length > 0) throw new Error(`${operation.operationId}: no ${missing}`);
}

const ajv = new Ajv2020({ strict: false });
addFormats(ajv);
for (const format of ["json-object", "iso18245", "unix-millis", "e164"]) ajv.addFormat(format, true);
const messages = operations.flatMap((operation) => [operation.requestBody, ...Object.values(operation.responses)]);
const contents = messages.flatMap((message) => Object.values(message.content ?? {}));
let count = 0;
for (const { schema, examples = {}, "x-invalid-examples": invalidExamples = {} } of contents) {
  const isValid = ajv.compile(schema);
  for (const [group, expected] of [[examples, true], [invalidExamples, false]]) {
    for (const { summary, value } of Object.values(group)) {
      if (isValid(value) !== expected) throw new Error(`${summary}: ${ajv.errorsText(isValid.errors)}`);
      count += 1;
    }
  }
}
if (count === 0) throw new Error("the document has no examples");
console.log(`${operations.length} operations are valid, and ${count} examples are as expected`);
