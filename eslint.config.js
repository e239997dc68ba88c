import js from "@eslint/js";
import globals from "globals";

// hubble_dash/viewer/linker.py joins the page's modules; it knows these forms of import and export alone.
const forLinker = [
  { selector: "ExportDefaultDeclaration, ExportAllDeclaration, ExportSpecifier", message: "export where it is declared" },
  { selector: "ExportNamedDeclaration > VariableDeclaration[kind!='const']", message: "export constants, functions and classes" },
  { selector: "ImportNamespaceSpecifier, ImportDefaultSpecifier, ImportExpression", message: "import by name" },
  { selector: "AwaitExpression:not(:function *)", message: "a classic script cannot wait" },
];

export default [
  { ignores: ["**/.venv/**", "demo/**", "build/**", "dist/**"] },
  js.configs.recommended,
  {
    rules: {
      "eqeqeq": "error",
      "no-implicit-globals": "error",
      "no-shadow": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "max-len": ["error", { code: 140 }],
    },
  },
  {
    files: ["templates/browser/**/*.js"],
    languageOptions: { ecmaVersion: 2022, globals: globals.browser },
    rules: { "no-restricted-syntax": ["error", ...forLinker] },
  },
  {
    files: ["templates/page/*.js"],
    languageOptions: { ecmaVersion: 2022, globals: globals.browser },
  },
  {
    files: ["scripts/benchmarks/**/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "script", globals: globals.browser },
  },
  {
    files: ["tests/js/**/*.js", "eslint.config.js"],
    languageOptions: { ecmaVersion: 2022, globals: globals.node },
  },
];
