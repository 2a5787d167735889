export { createExpressionLanguage } from "./cel-language.ts";
