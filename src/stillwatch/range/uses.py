"""What accounts are used for: how customers divide their requests among kinds of work, and how long texts are."""

from dataclasses import dataclass

from stillwatch.range.marks import assumed, derived, fact


@dataclass(frozen=True, kw_only=True)
class Uses:
    """What unrelated customers ask, and with which request parameters."""

    software_share: float = assumed(0.35, "of unrelated customers are software rather than people")
    software: tuple[tuple[str, float], ...] = assumed(
        (
            ("reasoned", 0.14),
            ("reconstruct", 0.06),
            ("grade", 0.1),
            ("rewrite", 0.06),
            ("clean", 0.08),
            ("language", 0.08),
            ("analyst", 0.06),
            ("generate", 0.08),
            ("summarise", 0.08),
            ("extract", 0.07),
            ("classify", 0.07),
            ("context", 0.07),
            ("review", 0.05),
        ),
        "how software built on an API divides its uses. Every family that a campaign uses is here too, since tutoring, "
        "audit trails, grading, localisation and synthetic data are ordinary products",
    )
    broad_share: float = assumed(0.3, "of software works on texts of all sorts rather than on its family's")
    as_system_share: float = assumed(0.3, "of software puts its instruction into the system prompt")
    tastes: tuple[tuple[str, float], ...] = assumed(
        (("talk", 1.0), ("software", 0.7), ("agent", 0.6), ("assistant", 0.5), ("foreign", 3.0)),
        "mean weights of what one person does; each person's own are exponential",
    )
    shelves: tuple[str, ...] = assumed(
        ("chat", "dialogue", "code", "any", "persona", "task", "sums", "broad", "broad"),
        "what a person talks about, each as likely; one named twice is twice as likely",
    )
    foreign_share: float = assumed(0.3, "of people also write in a language other than English")
    longest_talk: int = assumed(8, "questions of a conversation; longer ones are broken off")
    refused_share: float = assumed(0.004, "harmless requests refused by mistake")
    unsafe_refused_share: float = assumed(0.55, "of requests that look unsafe are refused")
    steady_share: float = assumed(0.8, "of programs that always send the same parameters")
    no_params_share: float = assumed(0.2, "of requests, or of programs that are steady, send no parameters")
    max_tokens: tuple[int, ...] = assumed((512, 1024, 2048, 4096, 8192), "limits that the others set, each as likely")
    temperature_share: float = assumed(0.6, "of those that send parameters set the temperature")
    temperatures: tuple[float, ...] = assumed((0, 0, 0.2, 0.5, 0.7, 0.7, 1, 1), "temperatures set, each as likely")
    top_p_share: float = assumed(0.1, "of those that send parameters set top_p")
    top_ps: tuple[float, ...] = assumed((0.9, 0.95), "values of top_p, each as likely")
    attached_share: float = assumed(0.05, "of people's and products' sessions start with an image, a sound or a file")
    most_attached: int = assumed(2, "images, sounds or files with one request; any number up to it is as likely")
    agent_steps: int = assumed(4, "most tool calls between an agent's first and last; any number up to it is as likely")
    tool_result_chars: int = assumed(900, "length at which a tool's result is cut")
    seeds: int = fact(3, "self-instruct's descendants send a template with three seed tasks")
    harvested: int = assumed(
        6, "tasks in the answer to a harvesting template; twenty in the original, of shorter texts"
    )
    seed_chars: int = assumed(300, "length at which a seed task is cut")
    harvested_chars: tuple[int, int] = assumed((200, 300), "lengths at which a new task and its answer are cut")
    verdict_chars: tuple[int, int] = assumed((40, 300), "least length of a verdict, and by how much others exceed it")
    short_answer_chars: int = assumed(120, "below it an answer is a benchmark's key, which a model would explain")
    varied_share: float = assumed(
        0.4, "of the rarer words of a text differ each time it is drawn; about one run of five words in five stays"
    )
    look_alike_share: float = derived(
        0.07, "of prompts stay verbatim: PRISM, 7.0 % of opening prompts have a twin from another user (threshold 0.05)"
    )
    reworded: float = assumed(0.15, "of the rarer words of an answer differ when the same is asked again")
