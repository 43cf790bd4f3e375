"""Language models as authors: any OpenAI-compatible endpoint, a small local model, or a recorded transcript.

model.py       what a model is: messages in, a streamed reply out      answer.py      code out of a reply
endpoint.py    an OpenAI-compatible endpoint                           prompt.py      prompts are files with a version
local.py       a GGUF model on this machine                            ways.py        sample, repair, refine, plan, moves
transcript.py  every exchange on disk; replays without a model         session.py     a run: what is asked next, what goes back
meter.py       tokens and money, counted while a reply streams         lessons.py     what refinements promised and brought
prices.py      dollars per token, with date and source                 author.py      the author `llm{...}`
manual.py      the author `manual{...}`: prompts to files, answers from files
"""
