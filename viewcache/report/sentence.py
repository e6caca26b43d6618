"""The recommendation in a sentence: what to do with these images, and how sure that is."""

from viewcache.ground.params.base_settings import Precision
from viewcache.judge.judgement import Judgement
from viewcache.judge.verdict import Recommendation
from viewcache.report.certificate import Certificate
from viewcache.report.findings import Findings
from viewcache.report.words import (
    MEASURES,
    WHERE,
    difference,
    difference_in,
    margin_in_words,
    points,
    tells,
    views_of,
)


def sentence(found: Findings) -> str:
    """What to do with these images, and how sure that is. No times, so that it is reproducible."""
    judged = found.judged
    parts = [*alarms(judged), what_to_do(judged.recommendation), reasons(found)]
    return " ".join([*parts, *warnings(found)])


def what_to_do(recommendation: Recommendation) -> str:
    budget = recommendation.arm.random_views
    if not budget:
        return "Cache the images as they are, and train the head on that: no augmentation."
    of_each = "one augmented view" if budget == 1 else f"{budget} augmented views"
    beside = recommendation.arm.course.originals == "every_second"
    image = "the image itself and " if beside else ""
    return f"Cache {image}{of_each} of each image, and train the head on that."


def reasons(found: Findings) -> str:
    """How near so few views come to end to end, what augmentation brings, what to expect, and what
    is not certified."""
    recommendation = found.judged.recommendation
    near = [_enough(recommendation)] if recommendation.arm.random_views else []
    told = [*near, _why(recommendation), *_to_expect(found.judged)]
    return " ".join([*told, *certified(found.params.base.precision, found.certificate)])


def alarms(judged: Judgement) -> list[str]:
    """That the recommended way is worse than the baseline, where that is known."""
    if not judged.to_baseline.is_loss:
        return []
    worse = difference(judged.to_baseline.difference, judged.to_baseline.interval, " points")
    return [
        "ALARM: plain logistic regression on the features of the images as they are does better: "
        f"the recommended way is at {worse} of it. Look at the head's settings before you go on."
    ]


def warnings(found: Findings) -> list[str]:
    """That heads are not trained to the end, where twice as many epochs show it."""
    length, epochs, train = found.judged.length, found.recommended.epochs, found.params.train
    if length.is_enough:
        return []
    gains = [
        f"{difference(gain.interval.estimate, gain.interval, ' points')} {WHERE[gain.on]} "
        f"({views_of(gain.arm)})"
        for gain in length.gains
        if gain.is_known
    ]
    told = [f"twice as many gain {' and '.join(gains)}"] if gains else []
    told += ["the validation loss still falls"] if length.loss_falls else []
    told += ["twice as many would change the recommendation"] * length.changes_recommendation
    default = (train.epochs, train.schedule) == ("auto", "cosine")
    other = "" if default else ", or to auto with train.schedule cosine"
    return [
        f"WARNING: {epochs} epochs are too few: {'; '.join(told)}. Set train.epochs to "
        f"{2 * epochs}{other}."
    ]


def _enough(recommendation: Recommendation) -> str:
    """How near so few views come to end to end, and how few would probably do."""
    to_twin = [
        one
        for one in recommendation.to_twin
        if one.arm == recommendation.arm and one.on == recommendation.rule
    ]
    if not to_twin:
        as_many = "As many as end to end renders: fewer are not known to be enough."
        return f"{as_many}{_probably(recommendation)}"
    within = margin_in_words(recommendation.margin)
    near = f"That is within {within} of end-to-end training: {points(to_twin[0])}."
    return f"{near}{_probably(recommendation)}"


def _probably(recommendation: Recommendation) -> str:
    enough = recommendation.probably_enough
    if enough is None or enough == recommendation.arm:
        return ""
    return f" Probably enough, by the estimate: {views_of(enough)}."


def _to_expect(judged: Judgement) -> list[str]:
    """The accuracy of choosing: on images that had no say in the choice."""
    if judged.choosing is None:
        return []
    clean, robust = (judged.choosing.accuracy[on] for on in ("clean", "robustness"))
    return [
        f"To expect on new images: {MEASURES[judged.measure]} of {clean:.3f} as they are, "
        f"{robust:.3f} under random views."
    ]


def _why(recommendation: Recommendation) -> str:
    effects = recommendation.effects
    both = " and ".join(points(effects[on]) for on in ("clean", "robustness"))
    if effects[recommendation.rule].interval is None:
        return f"No gain or loss of augmentation is known, for lack of intervals: {both}."
    if not any(map(tells, effects.values())):
        return "Whether augmentation helps cannot be told from so few images."
    is_ = "makes" if recommendation.word == "no measurable difference" else "is"
    found = f"Augmentation {is_} {recommendation.word} here{_but(recommendation)}"
    return f"{found}: {both} (95 % intervals)."


def certified(precision: Precision, certificate: Certificate | None) -> list[str]:
    """Whether a base in another precision than float32 is known to be as good."""
    if precision == "float32":
        return []
    base = f"The base runs in {precision}"
    if certificate and certificate.worse:
        losses = {on: difference_in(certificate.on[on], " points") for on in certificate.worse}
        lost = " and ".join(f"{loss} {WHERE[on]}" for on, loss in losses.items())
        return [f"{base}: heads on it are worse than on float32, {lost}."]
    if certificate and certificate.is_as_good:
        within = margin_in_words(certificate.margin)
        return [f"{base}: heads on it are as good as on float32, within {within} (certified)."]
    return [f"{base}: whether heads on it are as good as on float32 is not certified."]


def _but(recommendation: Recommendation) -> str:
    """Why it is not recommended, though it is better."""
    if recommendation.augment or recommendation.word != "better":
        return ""
    return f", but probably at a loss {WHERE[recommendation.rule]}"
