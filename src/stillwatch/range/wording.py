"""How requests are worded: families of prompt templates whose phrases both sides of a range draw from.

Phrases are of the kind that public prompt collections, harnesses and defenders' reports show; each draw from a
family yields another template, so that a campaign's and a product's wording differ as two authors' do, not as
guilty and innocent do. Slots: {item} what is worked on, {answer} an answer or trace handed in.
"""

from dataclasses import dataclass

from stillwatch.range.chance import Dice

Slots = tuple[tuple[str, ...], ...]

# The seed of `analyst` is the published approximation of a campaign's prompt family (S1); it reads like
# any product's persona, which is the point. `reasoned` paraphrases the public "think inside tags" prompts.
FAMILIES: dict[str, Slots] = {
    "reasoned": (
        (
            "You are a careful assistant.",
            "You are a helpful assistant that solves problems methodically.",
            "Act as an expert problem solver.",
            "You are a senior specialist in the field of the question.",
            "You answer questions for demanding readers.",
        ),
        (
            "First think through the problem step by step inside <thinking> tags,",
            "Before you answer, write your full reasoning between <reasoning> and </reasoning>,",
            "Work out the solution in a section marked [ANALYSIS],",
            "Put every intermediate step of your reasoning in <steps> tags,",
            "Explain how you arrive at the result under the heading 'Reasoning',",
        ),
        (
            "then give the final answer inside <answer> tags.",
            "then state the result under 'Answer:'.",
            "and finish with one line that holds the answer alone.",
            "and only after that write the conclusion.",
            "then close with a short answer for the reader.",
        ),
        (
            "Do not skip steps.",
            "Be complete and precise.",
            "Check your work before you conclude.",
            "Keep the two parts apart.",
            "Write plainly.",
            "",
        ),
        ("\n\n{item}", "\n\nQuestion: {item}", "\n\nTask:\n{item}", "\n\nProblem: {item}"),
    ),
    "reconstruct": (
        (
            "Below is a question together with a finished answer.",
            "You get a problem and the answer that was given to it.",
            "Here is a completed response.",
            "A student handed in the following answer.",
            "Read the exchange below.",
        ),
        (
            "Write out, step by step, how one gets from the question to this answer.",
            "Describe the internal reasoning that leads to the response.",
            "Explain the thinking behind each part of the answer.",
            "Reconstruct the line of thought in numbered steps.",
            "Give a detailed derivation that ends in this answer.",
        ),
        (
            "Do not add new results.",
            "Be thorough.",
            "Use simple words.",
            "Mention what was considered and rejected.",
            "",
        ),
        (
            "\n\nQuestion: {item}\n\nAnswer: {answer}",
            "\n\n### Input\n{item}\n\n### Response\n{answer}",
            "\n\nQ: {item}\nA: {answer}",
        ),
    ),
    "grade": (
        (
            "You are an impartial judge.",
            "Please act as a strict grader.",
            "You evaluate answers for quality.",
            "You are an examiner.",
            "Assess the response below.",
        ),
        (
            "Score the answer from 1 to 10 for correctness, completeness and clarity.",
            "Apply this rubric: accuracy (0-4), reasoning (0-4), style (0-2).",
            "Rate how well the answer follows the question on a scale of 1 to 5.",
            "Decide whether the answer is correct, partly correct or wrong.",
            "Grade against these criteria: helpfulness, depth, accuracy, level of detail.",
        ),
        (
            "Explain your rating first.",
            "Return JSON with the fields score and reason.",
            "Output only the score.",
            "Justify each point deducted.",
            "Be as objective as possible.",
        ),
        (
            "\n\n[Question]\n{item}\n\n[Answer]\n{answer}",
            "\n\nQuestion: {item}\nAnswer: {answer}",
            "\n\n<task>{item}</task>\n<response>{answer}</response>",
        ),
    ),
    "rewrite": (
        (
            "You are an editor.",
            "You rewrite texts for publication.",
            "Act as a communications specialist.",
            "You prepare texts for a broad audience.",
        ),
        (
            "Rewrite the text so that it stays neutral and avoids sensitive claims.",
            "Rephrase the following in a safe and balanced tone.",
            "Answer in a way that no reader could find offensive.",
            "Produce a version that keeps the facts and drops opinions.",
        ),
        ("Keep the length.", "Do not mention that you changed anything.", "Keep names and numbers.", ""),
        ("\n\n{item}", "\n\nText: {item}", "\n\nOriginal:\n{item}"),
    ),
    "clean": (
        (
            "The following is a transcript of somebody's notes.",
            "Below is raw output of a model.",
            "You receive a draft of a worked solution.",
            "Here is an unedited record.",
        ),
        (
            "Clean it up: remove repetitions, fix notation, keep every step.",
            "Normalise it into short numbered paragraphs.",
            "Turn it into a well-formed explanation without losing content.",
            "Correct mistakes and bring it into a uniform format.",
            "Remove filler and false starts.",
        ),
        (
            "Return only the cleaned text.",
            "Do not comment.",
            "Keep the original language.",
            "Mark anything you could not repair.",
            "",
        ),
        ("\n\n{answer}", "\n\n---\n{answer}\n---", "\n\nTranscript:\n{answer}", "\n\nTask: {item}\n\nNotes:\n{answer}"),
    ),
    "generate": (
        (
            "You are asked to come up with a set of diverse tasks.",
            "Write new exercises in the manner of the examples.",
            "Create training questions for a course.",
            "Invent problems of the same kind but with other content.",
        ),
        (
            "Vary verbs, topics and difficulty.",
            "Each task should be solvable without pictures.",
            "Mix questions and instructions.",
            "Make them realistic.",
            "Avoid simple placeholders.",
        ),
        (
            "Give a solution to each.",
            "Add tests that check a solution.",
            "Provide input and output for each.",
            "Return a numbered list.",
            "Return JSON lines.",
        ),
        ("\n\nExamples:\n{item}", "\n\nList of tasks:\n{item}", "\n\n{item}"),
    ),
    "language": (
        (
            "You are a multilingual assistant.",
            "Answer users in their own language.",
            "You work for an international help desk.",
            "You localise content.",
        ),
        (
            "The language of your reasoning must be the main language of the user input.",
            "Think and answer strictly in the language of the question.",
            "Do not switch languages, in notes or in the answer.",
            "Keep every part of the output in the language of the input.",
        ),
        ("Give the full working.", "Be exact.", "Use natural phrasing.", ""),
        ("\n\n{item}", "\n\nInput: {item}", "\n\n[{item}]"),
    ),
    "analyst": (
        (
            "You are an expert data analyst combining statistical rigor with deep domain knowledge.",
            "You are a senior analyst in a consulting team.",
            "You are a domain expert with a strong quantitative background.",
            "You are a research associate.",
        ),
        (
            "Your goal is to deliver data-driven insights - not summaries or visualizations - grounded in real data.",
            "Draw conclusions that a decision maker can use.",
            "Support every claim with figures.",
            "Separate what is known from what is assumed.",
        ),
        (
            "Show complete and transparent reasoning.",
            "State your method.",
            "Name the limits of the analysis.",
            "Be brief.",
            "",
        ),
        ("\n\n{item}", "\n\nBrief: {item}", "\n\nRequest:\n{item}"),
    ),
    "summarise": (
        (
            "Summarise the text below",
            "Give a short summary of the following",
            "Condense this passage",
            "Write an abstract of the text",
        ),
        (" in three sentences.", " for a busy reader.", " as bullet points.", " in plain English."),
        ("\n\n{item}", "\n\nText:\n{item}", '\n\n"""{item}"""'),
    ),
    "extract": (
        (
            "Extract all names, dates and amounts",
            "List the entities mentioned",
            "Find the key facts",
            "Pull out the action items",
        ),
        (" from the document.", " in the text below.", " and return them as JSON.", " as a table."),
        ("\n\n{item}", "\n\nDocument:\n{item}", "\n\n<doc>{item}</doc>"),
    ),
    "classify": (
        (
            "Classify the message",
            "Decide which department should handle this request",
            "Label the sentiment of the text",
            "Assign one category to the ticket",
        ),
        (
            ". Choose from: billing, technical, sales, other.",
            ". Reply with one word.",
            ". Options: positive, negative, neutral.",
            ". Return the label and a confidence.",
        ),
        ("\n\n{item}", "\n\nMessage: {item}", "\n\nInput: {item}"),
    ),
    "context": (
        (
            "Use the following pieces of context to answer the question at the end.",
            "Answer from the documents below only.",
            "You are a support bot with access to these notes.",
            "Given the context, reply to the customer.",
        ),
        ("If you do not know, say so.", "Quote the passage you used.", "Keep it under five sentences.", ""),
        (
            "\n\n{answer}\n\nQuestion: {item}",
            "\n\nContext:\n{answer}\n\nUser: {item}",
            "\n\n<context>{answer}</context>\n{item}",
        ),
    ),
    "review": (
        (
            "You are a code reviewer.",
            "Review the change below.",
            "You are a senior engineer on call for reviews.",
            "Check this patch.",
        ),
        (
            "Point out bugs, missing tests and unclear names.",
            "Comment only on what matters.",
            "Suggest concrete fixes.",
            "Rate the risk of the change.",
        ),
        ("Answer as a list.", "Answer in Markdown.", "Be polite.", ""),
        ("\n\n{item}\n\n{answer}", "\n\n```\n{answer}\n```\n\n{item}", "\n\nDescription: {item}\nDiff:\n{answer}"),
    ),
    "assistant": (
        (
            "You are the assistant of a small software company.",
            "You help visitors of a web shop.",
            "You are a friendly tutor.",
            "You are a personal assistant.",
            "You are a writing coach.",
            "You answer questions of employees.",
            "You are a travel guide.",
            "You support a team of developers.",
        ),
        (
            "Answer briefly and kindly.",
            "Ask back when something is unclear.",
            "Never invent facts.",
            "Use the formal form of address.",
            "Keep to the topic.",
        ),
        (
            "Today you serve premium customers.",
            "Follow the house style.",
            "Format answers in Markdown.",
            "Do not use emojis.",
            "",
        ),
    ),
    "agent": (
        (
            "You are a coding agent working in the user's terminal.",
            "You are an autonomous software engineer.",
            "You operate tools to complete the user's task.",
            "You are a computer-use agent.",
        ),
        (
            "You may call: read_file, write_file, run_command, search.",
            "Available tools: bash, editor, browser.",
            "Use one tool per step and wait for its result.",
            "Plan first, then act.",
        ),
        (
            "Never delete files without asking.",
            "Run the tests before you finish.",
            "Keep changes small.",
            "Stop when the task is done.",
        ),
        ("Write commit messages in the imperative.", "Prefer the standard library.", "Report what you changed.", ""),
    ),
}


@dataclass(frozen=True, slots=True)
class Template:
    """One author's wording of a family."""

    family: str
    text: str

    def fill(self, item: str, answer: str = "") -> str:
        """Put what is worked on into the template."""
        return self.text.replace("{item}", item).replace("{answer}", answer)


def word(family: str, dice: Dice) -> Template:
    """Draw one wording of a family: a phrase for each slot."""
    return Template(
        family, " ".join(phrase for slot in FAMILIES[family] if (phrase := dice.pick(slot))).replace(" \n", "\n")
    )
