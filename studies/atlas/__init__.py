"""Cached views on many data sets with many bases: accuracies, costs, and how many views are enough.

    python -m studies.atlas run WORK flowers=FOLDER trash=FOLDER elpv --base mine=FILE@224:tf \\
        --only 'flowers/*' --only '*/lite?'
    python -m studies.atlas table WORK > atlas.md

`run` makes a clone of this repository in WORK for each set, where `viewcache init FOLDER` writes
its parameters (`elpv` keeps the default ones), and one DVC cache for all. A cell is an experiment
in the clone, named as in `cells.py`: a base, and a variant of the parameters. A cell that is there
is not run again, so after any interruption the same command goes on; logs are in WORK/logs. The
clone keeps the commit that it was made of: for other code, limits or values take another WORK.

    python -m studies.atlas run TRIAL flowers=FOLDER --only '*/lite0' --limit 200 \\
        -S train.epochs=10 -S 'arms.budgets=[0,1,2,twin]'

`table` prints what all finished cells found as Markdown, and draws two pictures into WORK. A cell
takes minutes to an hour on two cores; end to end in Keras (`*-keras`) takes hours.
"""
