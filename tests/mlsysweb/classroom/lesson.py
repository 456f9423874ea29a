"""A lesson with a question of each kind, as the tests of the classroom use it."""

import copy

PLACEMENT = {
    "kind": "number",
    "prompt": "How many tonnes of CO2e does the move save?",
    "unit": "t",
    "link": "/walls/sustainability/?devices=512&carbon_intensity=820+g/kWh&duration=30+day",
    "other_link": "/walls/sustainability/?devices=512&carbon_intensity=20+g/kWh&duration=30+day",
    "compare": "difference",
    "output": "operational_carbon",
    "explanation": "Only the carbon intensity differs.",
    "misconceptions": [
        {
            "name": "Per node instead of per device",
            "link": "/walls/sustainability/?devices=64&carbon_intensity=820+g/kWh&duration=30+day",
            "other_link": "/walls/sustainability/?devices=64&carbon_intensity=20+g/kWh&duration=30+day",
            "explanation": "A node has eight devices.",
        }
    ],
}
VARIED = {
    "kind": "number",
    "prompt": "What do {devices} devices cost?",
    "unit": "USD",
    "link": "/walls/tco/?devices={devices}",
    "output": "capex_accelerators",
    "vary": {"devices": ["64", "128"]},
}
LIMIT = {
    "kind": "choice",
    "prompt": "What limits decode at batch 1?",
    "link": "/walls/roofline/?batch_size=1",
    "output": "bottleneck",
    "options": [
        {"text": "Arithmetic", "value": "compute", "why": "The batch is too small for that."},
        {"text": "Memory bandwidth", "value": "memory"},
    ],
}
SLIDER = {
    "kind": "position",
    "prompt": "Where is the ridge point?",
    "label": "Arithmetic intensity",
    "unit": "flop/byte",
    "low": 1,
    "high": 10000,
    "log": True,
    "link": "/walls/roofline/",
    "output": "ridge_point",
}
POINT = {
    "kind": "point",
    "prompt": "Where is decode on the roofline?",
    "link": "/walls/roofline/?batch_size=1",
    "x": {
        "label": "Arithmetic intensity",
        "unit": "flop/byte",
        "low": 0.01,
        "high": 10000,
        "output": "arithmetic_intensity",
    },
    "y": {"label": "Rate", "unit": "TFLOP/s", "low": 0.01, "high": 10000, "output": "achieved_rate"},
}
RANK = {
    "kind": "rank",
    "prompt": "Which fleet emits most?",
    "output": "operational_carbon",
    "items": [
        {"text": "8 devices", "link": "/walls/sustainability/?devices=8"},
        {"text": "512 devices", "link": "/walls/sustainability/?devices=512"},
        {"text": "64 devices", "link": "/walls/sustainability/?devices=64"},
    ],
}
WALL = {"kind": "wall", "prompt": "Name the wall of a system of your own."}
QUESTIONS = {
    each["kind"] if each is not VARIED else "varied": each
    for each in (PLACEMENT, VARIED, LIMIT, SLIDER, POINT, RANK, WALL)
}


def lesson_document():
    """Return a document of three frames: one to read, one with a number, one with a choice and a hand-in."""
    return copy.deepcopy(
        {
            "slug": "test-lesson",
            "title": "A test lesson",
            "part": 5,
            "summary": "For tests.",
            "frames": [
                {
                    "slug": "start",
                    "title": "What does it cost?",
                    "minutes": 1,
                    "text": "A **question**.",
                    "notes": "Pause here.",
                    "equation": r"T = \frac{C}{N \cdot P}",
                    "figures": [
                        {
                            "label": "GPUs",
                            "link": "/walls/tco/?devices=8",
                            "output": "capex_accelerators",
                            "slide": "$1",
                        }
                    ],
                },
                {
                    "slug": "placement",
                    "title": "Placement",
                    "question": PLACEMENT,
                    "demos": [{"title": "Try it", "link": "/walls/sustainability/?devices=512", "inputs": ["devices"]}],
                },
                {"slug": "limit", "title": "Limit", "question": LIMIT, "hand_in": True},
            ],
        }
    )
