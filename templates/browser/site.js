// The page of all reports of a site. In: the button. Out: the theme, the same as in the reports.

import { openTheme } from "./theme.js";

openTheme();
