"""The claims of the tutorial's slides, each computed by the solvers and judged: it holds, holds if, or does not."""
